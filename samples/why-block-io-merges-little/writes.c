// 512 blocks of 4 KB, written past the page cache in three ways, each by a process of that name:
//   one-by-one   next to each other, each when the one before it is done
//   scattered    32 at once, anywhere on the disk
//   batched      32 at once, next to each other
// usage: writes DEVICE     (what is on it is lost)
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCK = 4096, BLOCKS = 512 };

static void write_all(const char *name, const char *device, int at_once, int scattered)
{
    prctl(PR_SET_NAME, name);
    int disk = open(device, O_WRONLY | O_DIRECT);
    aio_context_t context = 0;
    void *data;
    if (disk < 0 || syscall(SYS_io_setup, at_once, &context) < 0 || posix_memalign(&data, BLOCK, BLOCK)) { perror(device); exit(1); }
    memset(data, 'x', BLOCK);
    unsigned random = 7;
    for (int i = 0; i < BLOCKS; i += at_once) {
        struct iocb blocks[32], *pointers[32];
        struct io_event done[32];
        for (int j = 0; j < at_once; j++) {
            random = random * 1103515245 + 12345;
            long block = scattered ? random / 65536 % 8192 : i + j;
            blocks[j] = (struct iocb) { .aio_fildes = disk, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_buf = (unsigned long)data, .aio_nbytes = BLOCK, .aio_offset = block * BLOCK };
            pointers[j] = &blocks[j];
        }
        if (syscall(SYS_io_submit, context, at_once, pointers) != at_once) { perror("io_submit"); exit(1); }
        syscall(SYS_io_getevents, context, at_once, at_once, done, NULL);
    }
    exit(0);
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    if (fork() == 0) write_all("one-by-one", argv[1], 1, 0);
    wait(NULL);
    if (fork() == 0) write_all("scattered", argv[1], 32, 1);
    wait(NULL);
    if (fork() == 0) write_all("batched", argv[1], 32, 0);
    wait(NULL);
    return 0;
}
