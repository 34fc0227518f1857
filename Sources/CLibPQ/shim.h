#ifndef CLIBPQ_SHIM_H
#define CLIBPQ_SHIM_H
#include <libpq-fe.h>
/* An eventfd wakes a thread that polls a connection's socket. Swift's Glibc module does not have it. */
#include <sys/eventfd.h>
#endif
