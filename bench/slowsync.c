/* A disk on which every fsync and fdatasync takes some milliseconds longer: a fast virtual disk
   hides a missing group commit, and a durable intake that is not durable. For LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

typedef int (*sync_call)(int);

static const struct timespec LONGER = {0, 5 * 1000 * 1000};

static int slowly(const char *name, int fd) {
    sync_call real = (sync_call)dlsym(RTLD_NEXT, name);
    nanosleep(&LONGER, 0);
    return real(fd);
}

int fsync(int fd) { return slowly("fsync", fd); }
int fdatasync(int fd) { return slowly("fdatasync", fd); }
