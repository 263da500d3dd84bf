/* The limit of the machine: one packet sealed with AES-128-GCM under a key of each receiver's own, and `sendmmsg`.
 *
 * No header is rewritten, nothing is looked up, nobody is remembered. `bare.py` calls it; libcrypto is in the process.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define EXPORT __attribute__((visibility("default")))

enum { BATCH = 32, HEADER = 12, PAYLOAD = 100, TAG = 16, GET_TAG = 0x10, NONCE = 12, KEY = 16 };

/* <openssl/evp.h>, which is not on every machine that has the library. */
void *EVP_CIPHER_CTX_new(void);
void EVP_CIPHER_CTX_free(void *);
const void *EVP_aes_128_gcm(void);
int EVP_EncryptInit_ex(void *, const void *, void *, const uint8_t *, const uint8_t *);
int EVP_EncryptUpdate(void *, uint8_t *, int *, const uint8_t *, int);
int EVP_EncryptFinal_ex(void *, uint8_t *, int *);
int EVP_CIPHER_CTX_ctrl(void *, int, int, void *);

/* A receiver's key, ready to seal; NULL where there is no memory. */
EXPORT void *stoa_bare_key(uint32_t number)
{
    uint8_t key[KEY] = {0}, nonce[NONCE] = {0};
    memcpy(key, &number, sizeof number);
    void *context = EVP_CIPHER_CTX_new();
    if (context)
        EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, key, nonce);
    return context;
}

/* The key is gone. */
EXPORT void stoa_bare_free(void *key)
{
    EVP_CIPHER_CTX_free(key);
}

static int seal(void *key, uint8_t *to, const uint8_t *packet, uint32_t sequence)
{
    uint8_t nonce[NONCE] = {0};
    int done = 0;
    memcpy(nonce, &sequence, sizeof sequence);
    memcpy(to, packet, HEADER);
    return EVP_EncryptInit_ex(key, NULL, NULL, NULL, nonce) && EVP_EncryptUpdate(key, NULL, &done, packet, HEADER) &&
           EVP_EncryptUpdate(key, to + HEADER, &done, packet + HEADER, PAYLOAD) &&
           EVP_EncryptFinal_ex(key, to + HEADER + PAYLOAD, &done) &&
           EVP_CIPHER_CTX_ctrl(key, GET_TAG, TAG, to + HEADER + PAYLOAD);
}

/* How many of the `count` receivers on `host`, in network order, were sent the packet number `sequence`. */
EXPORT size_t stoa_bare(int socket, uint32_t host, const uint16_t *ports, void *const *keys, size_t count,
                        uint32_t sequence)
{
    static const uint8_t packet[HEADER + PAYLOAD] = {0x80, 111};
    static uint8_t sealed[BATCH][HEADER + PAYLOAD + TAG];
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct sockaddr_in to[BATCH];
    size_t sent = 0;
    memset(messages, 0, sizeof messages);
    for (size_t first = 0; first < count; first += BATCH) {
        unsigned int size = count - first < BATCH ? (unsigned int)(count - first) : BATCH;
        for (unsigned int at = 0; at < size; at++) {
            if (!seal(keys[first + at], sealed[at], packet, sequence))
                return sent;
            to[at] = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(ports[first + at])};
            to[at].sin_addr.s_addr = host;
            parts[at] = (struct iovec){sealed[at], sizeof sealed[at]};
            messages[at].msg_hdr.msg_name = &to[at];
            messages[at].msg_hdr.msg_namelen = sizeof to[at];
            messages[at].msg_hdr.msg_iov = &parts[at];
            messages[at].msg_hdr.msg_iovlen = 1;
        }
        int done = sendmmsg(socket, messages, size, 0);
        if (done > 0)
            sent += (size_t)done;
    }
    return sent;
}
