/* The memory that Python and C share: `accelerator.py` and `gcm.py` declare the same, and a test compares. */
#pragma once
#include <netinet/in.h>
#include <stdint.h>

enum {
    SLOTS = 3,
    FIXED = 12,        /* RFC 3550 section 5.1 */
    SOURCE = 4,        /* one CSRC at most */
    STREAM = -2,       /* in place of a socket: the target is in a TCP stream, and Python sends to it */
    BLOCK = 4,         /* a block header of RED but the last, which is one byte (RFC 2198 section 3) */
    LEVEL = 8,         /* RFC 6464 in a block of one-byte elements, RFC 8285 section 4.2 */
    COPIES = 2,        /* red.MANY */
    PAYLOAD = 1275,    /* rtp.MAX_PAYLOAD */
    KEY = 32,          /* AES-256 */
    SALT = 12,         /* RFC 7714 section 12; a nonce is as long */
    TAG = 16,          /* RFC 7714 section 13.1 */
    GET_TAG = 0x10,    /* EVP_CTRL_AEAD_GET_TAG */
    WINDOW = 64,
    TRAILER = 16 + 128 /* SRTP_MAX_TAG_LEN + SRTP_MAX_MKI_LEN: what srtp_protect may add */
};

struct view {
    uint16_t offset;
    uint8_t payload_type;
    uint8_t level_id; /* 0: the listener takes no level */
    uint8_t red_type; /* 0: the listener takes no RED */
    uint8_t copies;   /* how many he is sent, where there are as many */
};

/* One SSRC to one listener: which numbers are sealed. */
struct numbers {
    uint64_t window;  /* bit n: the packet n before the highest; 0 before the first */
    uint64_t highest; /* index (RFC 3711 section 3.3.1) */
    uint32_t ssrc;    /* as on the wire */
};

/* One listener. */
struct target {
    void *session; /* srtp_t */
    int32_t socket;
    uint32_t member;
    uint32_t length; /* of the address */
    uint8_t address[sizeof(struct sockaddr_in6)];
    struct view views[SLOTS];
    uint32_t key_size; /* 16 or 32; 0: `session` seals */
    uint8_t key[KEY];
    uint8_t salt[SALT];
    struct numbers numbers[SLOTS];
};

/* A relay as `rtp.build` writes it without level. */
struct packet {
    const uint8_t *data;
    uint32_t size;
    uint32_t head;  /* bytes before the payload */
    int32_t level;  /* 0 to 127, or -1 for none */
    uint32_t slot;
    uint32_t member; /* who speaks, and is not sent it */
    uint32_t copies; /* how many there are */
    uint32_t red_sizes[COPIES];
    const uint8_t *red[COPIES]; /* the payload with one copy, with two, as `red.build` writes it with Opus as 0 */
};

/* What became of it, in packets, and the bytes of those sent. */
struct tally {
    uint32_t sent, full, failed, unsealed, streams, octets;
};

/* What seals: libsrtp, and of libcrypto what AES-GCM takes; gcm.py finds them.
 *
 * libsrtp keeps some thirty cache lines for each listener's key, which are cold whenever his turn comes. One context that
 * is always warm, and given each his key, is a third of the work: docs/decisions.md has the figures.
 */
struct sealing {
    int (*protect)(void *session, void *packet, int *size);
    int (*init)(void *context, const void *cipher, void *engine, const uint8_t *key, const uint8_t *nonce);
    int (*update)(void *context, uint8_t *to, int *done, const uint8_t *from, int size);
    int (*final)(void *context, uint8_t *to, int *done);
    int (*control)(void *context, int what, int size, void *value);
    void (*clear)(void);
    void *contexts[2]; /* EVP_CIPHER_CTX: for AES-128-GCM, and for AES-256-GCM */
};
