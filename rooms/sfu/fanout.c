/* One packet to many listeners: the header as each negotiated it, sealed as SRTP, sent in batches.
 *
 * `accelerator.py` calls it through ctypes, without the GIL. It parses nothing that came from the network: the packet's
 * head was written by `rtp.build`, its block headers by `red.build`, and where each begins is told. It allocates nothing,
 * and keeps no state between calls but in the targets and in the contexts that it seals with, whose key is that of the
 * last packet. What it is given stays in memory, and unchanged, until it returns: accelerator.py says why.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "fanout.h"

#define EXPORT __attribute__((visibility("default")))

enum { BATCH = 32 };

#ifndef __linux__
struct mmsghdr {
    struct msghdr msg_hdr;
    unsigned int msg_len;
};

static int sendmmsg(int socket, struct mmsghdr *messages, unsigned int count, int flags)
{
    (void)count;
    return sendmsg(socket, &messages->msg_hdr, flags) < 0 ? -1 : 1;
}
#endif

/* Packets that wait for one system call; `data` is aligned for libsrtp, which reads the header as words. */
struct batch {
    int socket;
    unsigned int count;
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct { _Alignas(16) uint8_t data[FIXED + SOURCE + LEVEL + PAYLOAD + TRAILER]; } packets[BATCH];
};

/* The size of `packet` as `view` has it, written to `to`. */
static size_t rewrite(uint8_t *to, const struct packet *packet, struct view view)
{
    size_t size = packet->head;
    memcpy(to, packet->data, size);
    uint16_t sequence = (uint16_t)((to[2] << 8 | to[3]) + view.offset);
    uint32_t copies = view.copies < packet->copies ? view.copies : packet->copies;
    if (!view.red_type)
        copies = 0;
    to[1] = (uint8_t)((to[1] & 0x80) | (copies ? view.red_type : view.payload_type));
    to[2] = (uint8_t)(sequence >> 8);
    to[3] = (uint8_t)sequence;
    if (view.level_id && packet->level >= 0) {
        const uint8_t block[LEVEL] = {0xBE, 0xDE, 0, 1, (uint8_t)(view.level_id << 4), (uint8_t)packet->level, 0, 0};
        to[0] |= 0x10;
        memcpy(to + size, block, LEVEL);
        size += LEVEL;
    }
    if (!copies) {
        memcpy(to + size, packet->data + packet->head, packet->size - packet->head);
        return size + packet->size - packet->head;
    }
    memcpy(to + size, packet->red[copies - 1], packet->red_sizes[copies - 1]);
    for (size_t block = 0; block <= copies; block++)
        to[size + block * BLOCK] |= view.payload_type;
    return size + packet->red_sizes[copies - 1];
}

/* The numbers sealed for `target` under `ssrc`; NULL where he has `SLOTS` others. */
static struct numbers *numbers(struct target *target, uint32_t ssrc)
{
    for (struct numbers *one = target->numbers; one < target->numbers + SLOTS; one++) {
        if (!one->window)
            one->ssrc = ssrc;
        if (one->ssrc == ssrc)
            return one;
    }
    return NULL;
}

/* The index of the packet `sequence`, marked as sealed; -1 where it was before, or may have been: no nonce serves twice. */
static int64_t mark(struct numbers *sealed, uint16_t sequence)
{
    if (!sealed->window) {
        sealed->window = 1;
        return (int64_t)(sealed->highest = sequence);
    }
    int64_t ahead = (int16_t)(sequence - (uint16_t)sealed->highest);
    int64_t index = (int64_t)sealed->highest + ahead;
    if (index < 0 || index >> 48 || ahead <= -WINDOW || (ahead <= 0 && sealed->window >> -ahead & 1))
        return -1;
    if (ahead > 0) {
        sealed->window = ahead < WINDOW ? sealed->window << ahead : 0;
        sealed->highest = (uint64_t)index;
        ahead = 0;
    }
    sealed->window |= (uint64_t)1 << -ahead;
    return index;
}

/* 0, and the RTP packet of `size` bytes, which `rewrite` or `rtp.build` wrote, is SRTP of TAG bytes more (RFC 7714). */
static int seal(const struct sealing *by, struct target *target, uint8_t *data, int *size)
{
    if (!target->key_size)
        return by->protect(target->session, data, size);
    int head = FIXED + SOURCE * (data[0] & 0x0F) + (data[0] & 0x10 ? LEVEL : 0);
    uint32_t ssrc;
    memcpy(&ssrc, data + 8, sizeof ssrc);
    struct numbers *sealed = numbers(target, ssrc);
    int64_t index = sealed && head < *size ? mark(sealed, (uint16_t)(data[2] << 8 | data[3])) : -1;
    if (index < 0)
        return -1;
    uint8_t nonce[SALT]; /* RFC 7714 section 8.1 */
    memcpy(nonce, target->salt, SALT);
    for (int at = 0; at < 4; at++)
        nonce[2 + at] ^= data[8 + at];
    for (int at = 0; at < 6; at++)
        nonce[6 + at] ^= (uint8_t)(index >> (40 - 8 * at));
    void *context = by->contexts[target->key_size == KEY];
    uint8_t *payload = data + head, *tag = data + *size;
    int done = 0, length = *size - head;
    *size += TAG;
    if (by->init(context, NULL, NULL, target->key, nonce) == 1 && by->update(context, NULL, &done, data, head) == 1 &&
        by->update(context, payload, &done, payload, length) == 1 && by->final(context, tag, &done) == 1 &&
        by->control(context, GET_TAG, TAG, tag) == 1)
        return 0;
    by->clear(); /* the thread's errors, which Python's TLS would take for its own */
    return -1;
}

/* The batch is sent and empty. A packet that the socket does not take at once is dropped: late audio is worthless. */
static void flush(struct batch *batch, struct tally *tally)
{
    unsigned int done = 0;
    while (done < batch->count) {
        int sent = sendmmsg(batch->socket, batch->messages + done, batch->count - done, MSG_DONTWAIT);
        if (sent > 0) {
            tally->sent += (uint32_t)sent;
            for (unsigned int at = done; at < done + (unsigned int)sent; at++)
                tally->octets += (uint32_t)batch->parts[at].iov_len;
            done += (unsigned int)sent;
        } else if (sent < 0 && errno == EINTR) {
            continue;
        } else { /* the error is that of the first packet, and costs that one alone */
            if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
                tally->full++;
            else
                tally->failed++;
            done++;
        }
    }
    batch->count = 0;
}

/* `target`'s packet is sealed and waits in `batch`. */
static void add(struct batch *batch, struct target *target, const struct packet *packet, const struct sealing *by,
                struct tally *tally)
{
    uint8_t *data = batch->packets[batch->count].data;
    int size = (int)rewrite(data, packet, target->views[packet->slot]);
    if (seal(by, target, data, &size) != 0) {
        tally->unsealed++;
        return;
    }
    struct iovec *part = &batch->parts[batch->count];
    struct msghdr *message = &batch->messages[batch->count].msg_hdr;
    part->iov_base = data;
    part->iov_len = (size_t)size;
    memset(message, 0, sizeof *message);
    message->msg_name = target->address;
    message->msg_namelen = target->length;
    message->msg_iov = part;
    message->msg_iovlen = 1;
    batch->socket = target->socket;
    batch->count++;
}

/* 0, and `packet` went to each of the `count` targets but the speaker's; -1, and to nobody, when it is out of bounds. */
EXPORT int stoa_fan_out(const struct sealing *by, struct target *const *targets, size_t count,
                        const struct packet *packet, struct tally *tally)
{
    memset(tally, 0, sizeof *tally);
    if (packet->slot >= SLOTS || packet->head < FIXED || packet->head > FIXED + SOURCE || packet->size < packet->head ||
        packet->size - packet->head > PAYLOAD)
        return -1;
    if (packet->copies > COPIES)
        return -1;
    for (uint32_t at = 0; at < packet->copies; at++)
        if (packet->red_sizes[at] > PAYLOAD || packet->red_sizes[at] <= (at + 1) * BLOCK)
            return -1;
    struct batch batch;
    batch.count = 0;
    for (size_t at = 0; at < count; at++) {
        if (targets[at]->member == packet->member)
            continue;
        if (targets[at]->socket == STREAM) {
            tally->streams++;
            continue;
        }
        if (batch.count == BATCH || (batch.count && batch.socket != targets[at]->socket))
            flush(&batch, tally);
        add(&batch, targets[at], packet, by, tally);
    }
    flush(&batch, tally);
    return 0;
}

/* As `seal`, for who is sent to otherwise; `data` has room for TRAILER bytes more. */
EXPORT int stoa_seal(const struct sealing *by, struct target *target, uint8_t *data, int *size)
{
    return *size < FIXED ? -1 : seal(by, target, data, size);
}

/* `target`'s packets go by `socket` to `host`, 4 or 16 bytes as in the IP header. */
EXPORT void stoa_aim(struct target *target, int socket, const uint8_t *host, size_t size, uint16_t port, uint32_t scope)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = scope};
    target->socket = socket;
    if (size == sizeof v4.sin_addr) {
        memcpy(&v4.sin_addr, host, sizeof v4.sin_addr);
        memcpy(target->address, &v4, target->length = sizeof v4);
    } else if (size == sizeof v6.sin6_addr) {
        memcpy(&v6.sin6_addr, host, sizeof v6.sin6_addr);
        memcpy(target->address, &v6, target->length = sizeof v6);
    }
}

/* How large they are here: a test compares. */
EXPORT const size_t stoa_sizes[] = {sizeof(struct target), sizeof(struct packet), sizeof(struct tally),
                                    sizeof(struct sealing)};
