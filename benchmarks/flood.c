/* Strangers' datagrams, so many a second from many addresses: STUN requests that name nobody, and media of no connection.
 *
 * `flood.py` runs it. Each packet is as long as what it passes for; the requests are well formed, or they would cost us less.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum { SOURCES = 250, BATCH = 50, MEDIA = 112 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* How many datagrams left for `port` at `host`, in network order, in so many seconds: each second one is `request`. */
EXPORT size_t stoa_flood(uint32_t host, uint16_t port, const uint8_t *request, size_t size, double rate, double seconds)
{
    uint8_t media[MEDIA] = {0x80, 111};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = host};
    struct iovec parts[2] = {{(void *)request, size}, {media, sizeof media}};
    struct mmsghdr messages[BATCH];
    int sockets[SOURCES];
    memset(messages, 0, sizeof messages);
    for (unsigned int at = 0; at < BATCH; at++)
        messages[at].msg_hdr = (struct msghdr){.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &parts[at % 2], .msg_iovlen = 1};
    for (uint32_t at = 0; at < SOURCES; at++) {
        struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 256 + at)};
        sockets[at] = socket(AF_INET, SOCK_DGRAM, 0);
        if (sockets[at] < 0 || bind(sockets[at], (struct sockaddr *)&from, sizeof from) < 0)
            return 0;
    }
    size_t sent = 0;
    double began = now();
    for (unsigned int turn = 0; now() - began < seconds; turn++) {
        int done = sendmmsg(sockets[turn % SOURCES], messages, BATCH, 0);
        sent += done > 0 ? (size_t)done : 0;
        double ahead = (double)sent / rate - (now() - began);
        if (ahead > 0)
            usleep((useconds_t)(ahead * 1e6));
    }
    for (uint32_t at = 0; at < SOURCES; at++)
        close(sockets[at]);
    return sent;
}
