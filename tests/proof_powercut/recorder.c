/* Preloaded into a process, it notes what the process asks of the disk below one folder, in the order it asked.
 *
 * POWERCUT_DIR           the folder, absolute
 * POWERCUT_LOG           the file the notes are appended to
 * POWERCUT_SYNC_IGNORED  "fsync", "fdatasync" or "fsync fdatasync": they say yes and are not noted
 *
 * No sync is passed on to the disk at all: it would only cost time, what is on the disk is for the model to say.
 *
 * A note is the packed struct below, then its two byte strings. `record.py` reads them. What reaches the disk by another
 * way (a memory map, pwritev) is not seen; the reader holds its own picture of the files against the real ones.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST 4096
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

struct __attribute__((packed)) note { char kind; int32_t fd; int64_t number; uint32_t first, second; };

static const char *folder;
static size_t folder_length;
static int log_fd = -1;
static const char *ignored = "";
static char ours[MOST];

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("POWERCUT_LOG");
    folder = getenv("POWERCUT_DIR");
    if (!folder || !path) return;
    folder_length = strlen(folder);
    if (getenv("POWERCUT_SYNC_IGNORED")) ignored = getenv("POWERCUT_SYNC_IGNORED");
    log_fd = REAL(open64)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int below(const char *path) {
    return log_fd >= 0 && !strncmp(path, folder, folder_length) && (!path[folder_length] || path[folder_length] == '/');
}

static int is_ours(int fd) { return fd >= 0 && fd < MOST && ours[fd]; }

static void note(char kind, int fd, int64_t number, const void *a, size_t a_size, const void *b, size_t b_size) {
    struct note head = {kind, fd, number, (uint32_t)a_size, (uint32_t)b_size};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)a, a_size}, {(void *)b, b_size}};
    size_t whole = sizeof head + a_size + b_size;
    if (writev(log_fd, parts, 3) != (ssize_t)whole) abort();
}

static int opened(int fd, const char *path, int flags) {
    if (fd >= 0 && fd < MOST && (ours[fd] = below(path))) note('o', fd, flags, path, strlen(path), "", 0);
    return fd;
}

#define OPEN(name)                                                    \
    int name(const char *path, int flags, ...) {                      \
        va_list rest;                                                 \
        va_start(rest, flags);                                        \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;     \
        va_end(rest);                                                 \
        return opened(REAL(name)(path, flags, mode), path, flags);    \
    }
OPEN(open)
OPEN(open64)

extern int __open_2(const char *, int), __open64_2(const char *, int);
int __open_2(const char *path, int flags) { return opened(REAL(open)(path, flags), path, flags); }
int __open64_2(const char *path, int flags) { return opened(REAL(open64)(path, flags), path, flags); }

int close(int fd) {
    if (is_ours(fd)) {
        ours[fd] = 0;
        note('c', fd, 0, "", 0, "", 0);
    }
    return REAL(close)(fd);
}

static ssize_t wrote(ssize_t done, int fd, const void *data, int64_t at) {
    if (done > 0) note('w', fd, at, data, done, "", 0);
    return done;
}

ssize_t write(int fd, const void *data, size_t size) {
    ssize_t done = REAL(write)(fd, data, size);
    return is_ours(fd) ? wrote(done, fd, data, lseek(fd, 0, SEEK_CUR) - done) : done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    ssize_t done = REAL(pwrite)(fd, data, size, at);
    return is_ours(fd) ? wrote(done, fd, data, at) : done;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    ssize_t done = REAL(pwrite64)(fd, data, size, at);
    return is_ours(fd) ? wrote(done, fd, data, at) : done;
}

#define TRUNCATE(name, offset)                                                   \
    int name(int fd, offset length) {                                            \
        int failed = REAL(name)(fd, length);                                     \
        if (!failed && is_ours(fd)) note('t', fd, length, "", 0, "", 0);         \
        return failed;                                                           \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                   \
    int name(int fd) {                                               \
        if (!is_ours(fd)) return REAL(name)(fd);                     \
        if (!strstr(ignored, #name)) note('s', fd, 0, "", 0, "", 0);                              \
        return 0;                                                    \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    int failed = REAL(unlink)(path);
    if (!failed && below(path)) note('u', -1, 0, path, strlen(path), "", 0);
    return failed;
}

int rename(const char *from, const char *to) {
    int failed = REAL(rename)(from, to);
    if (!failed && below(to)) note('r', -1, 0, from, strlen(from), to, strlen(to));
    return failed;
}
