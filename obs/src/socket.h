/**
 * The only door to the operating system: a local stream socket and a waker for the thread that waits on it.
 * socket-posix.c is Linux (and meant for macOS); another system adds another file with the same functions.
 *
 * Nothing here blocks but lipcam_socket_wait, and that no longer than its timeout or until the waker is woken.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIPCAM_PATH_BYTES_MAX 1024

enum lipcam_connect_result {
	LIPCAM_CONNECT_OK,
	LIPCAM_CONNECT_ABSENT,   /* nobody listens there */
	LIPCAM_CONNECT_TOO_LONG, /* the path is longer than the system allows */
	LIPCAM_CONNECT_FOREIGN,  /* another user listens there */
	LIPCAM_CONNECT_FAILED,   /* *error says why */
};

/** Wakes lipcam_socket_wait from any thread. */
struct lipcam_waker {
	int read_end;
	int write_end;
};

struct lipcam_wait {
	bool is_readable;
	bool is_writable;
};

bool lipcam_waker_open(struct lipcam_waker *waker);
void lipcam_waker_close(struct lipcam_waker *waker);
/** Never blocks: a full pipe has woken already. */
void lipcam_waker_wake(const struct lipcam_waker *waker);

/** $XDG_RUNTIME_DIR/lipcam/obs.sock, without that variable $TMPDIR/lipcam-UID/obs.sock, or below /tmp; terminated. */
void lipcam_socket_default_path(char *out, size_t out_bytes);

/** A descriptor in *descriptor, without waiting; *error is the system's number. */
enum lipcam_connect_result lipcam_socket_connect(const char *path, int *descriptor, int *error);
void lipcam_socket_close(int descriptor);

/** Bytes read (> 0), 0 where there are none now, -1 at the end of the stream or on an error. */
int64_t lipcam_socket_receive(int descriptor, void *into, size_t bytes_max);
/** Bytes written, 0 where there is no room now, -1 on an error. */
int64_t lipcam_socket_send(int descriptor, const void *bytes, size_t count);

/**
 * Waits until the socket can be read (or written, where wanted), the waker was woken or the time is over.
 * descriptor -1: only the waker. timeout_ms -1: without end. What woke the waker is consumed.
 */
struct lipcam_wait lipcam_socket_wait(const struct lipcam_waker *waker, int descriptor, bool wants_to_write,
				      int timeout_ms);
