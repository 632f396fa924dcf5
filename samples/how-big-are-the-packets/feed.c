// A price feed on TCP: one snapshot, then many small messages, each sent as a header and a body. The client is in the same program (comm "client").
// usage: feed MESSAGES
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what) { perror(what); exit(1); }

static void client(struct sockaddr_in *address)
{
    prctl(PR_SET_NAME, "client");
    int s = socket(AF_INET, SOCK_STREAM, 0);
    static char buffer[16384];
    if (connect(s, (struct sockaddr *)address, sizeof *address) < 0) fail("connect");
    while (read(s, buffer, sizeof buffer) > 0) { }
    exit(0);
}

int main(int argc, char **argv)
{
    int messages = argc > 1 ? atoi(argv[1]) : 500, one = 1;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9000), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    listen(listener, 1);
    if (fork() == 0) client(&address);

    int s = accept(listener, NULL, NULL);
    if (s < 0) fail("accept");
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    static char snapshot[100000], body[256];
    if (write(s, snapshot, sizeof snapshot) < 0) fail("write");
    unsigned random = 1;
    for (int i = 0; i < messages; i++) {
        random = random * 1103515245 + 12345;
        struct { unsigned length, symbol, number; } header = { 40 + random / 65536 % 160, random % 500, i };
        if (write(s, &header, sizeof header) < 0 || write(s, body, header.length) < 0) fail("write");
        if (i % 8 == 0) usleep(2000);
    }
    close(s);
    wait(NULL);
    return 0;
}
