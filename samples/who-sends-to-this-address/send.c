// Sends so many bytes in pieces.   usage: send NAME ADDRESS PORT BYTES PIECE      (NAME becomes the process's name)
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((noinline)) static void flush_piece(int s, const char *data, size_t bytes)
{
    if (write(s, data, bytes) < 0) exit(1);
}

int main(int argc, char **argv)
{
    if (argc != 6) return 2;
    prctl(PR_SET_NAME, argv[1]);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[3])) };
    inet_pton(AF_INET, argv[2], &address.sin_addr);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, (struct sockaddr *)&address, sizeof address) < 0) return 1;
    static char data[65536];
    long left = atol(argv[4]), piece = atol(argv[5]);
    for (; left > 0; left -= piece) flush_piece(s, data, left < piece ? left : piece);
    close(s);
    return 0;
}
