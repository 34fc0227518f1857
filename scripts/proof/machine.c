// Loaded in front of libc (LD_PRELOAD), makes a machine that is not well: flushes to disk take longer, and the clock is wrong. By how much,
// in milliseconds and in seconds, is said by a file with two numbers of 64 bits, which may be changed at any time. Waits until a time of
// that clock last as long as they would on a machine whose clock is wrong from the beginning.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct trouble {
    int64_t flush_milliseconds, clock_seconds;
};

static const struct trouble none;
static const volatile struct trouble *trouble = &none;

__attribute__((constructor)) static void prepare(void) {
    const char *path = getenv("MACHINE_TROUBLE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *place = mmap(NULL, sizeof(struct trouble), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (place != MAP_FAILED) trouble = place;
}

static void wait_for_disk(void) {
    int64_t left = trouble->flush_milliseconds;
    if (left <= 0) return;
    struct timespec pause = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
    while (nanosleep(&pause, &pause) != 0) {
    }
}

int fsync(int file) {
    wait_for_disk();
    return syscall(SYS_fsync, file);
}

int fdatasync(int file) {
    wait_for_disk();
    return syscall(SYS_fdatasync, file);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*next)(clockid_t, struct timespec *);
    if (!next) next = dlsym(RTLD_NEXT, "clock_gettime");
    int result = next(clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += trouble->clock_seconds;
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    struct timespec now;
    (void)zone;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    if (result == 0) *time = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return result;
}

time_t time(time_t *place) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    if (place) *place = now.tv_sec;
    return now.tv_sec;
}

static struct timespec right(const struct timespec *time) {
    return (struct timespec){.tv_sec = time->tv_sec - trouble->clock_seconds, .tv_nsec = time->tv_nsec};
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    static int (*next)(sem_t *, const struct timespec *);
    if (!next) next = dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec end = right(until);
    return next(semaphore, &end);
}

int pthread_cond_timedwait(
    pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict until) {
    static int (*next)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!next) next = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    // This bit of glibc's says that the condition goes by the steady clock.
    if (condition->__data.__wrefs & 2) return next(condition, mutex, until);
    struct timespec end = right(until);
    return next(condition, mutex, &end);
}
