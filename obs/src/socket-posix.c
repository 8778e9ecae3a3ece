/**
 * A unix stream socket and a pipe that wakes. The socket is non-blocking from its first moment: a listener that was
 * stopped, or whose queue is full, must not hold the thread that OBS joins on destroy.
 */
#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: SO_NOSIGPIPE on the socket instead */
#endif

#ifndef __linux__
/** What Linux does in one step, before a program that OBS starts in this moment can inherit the descriptor. */
static bool make_non_blocking(int descriptor)
{
	const int flags = fcntl(descriptor, F_GETFL);
	return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
	       fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}
#endif

bool lipcam_waker_open(struct lipcam_waker *waker)
{
	int ends[2];
#ifdef __linux__
	if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0)
		return false;
#else
	if (pipe(ends) != 0)
		return false;
	if (!make_non_blocking(ends[0]) || !make_non_blocking(ends[1])) {
		close(ends[0]);
		close(ends[1]);
		return false;
	}
#endif
	waker->read_end = ends[0];
	waker->write_end = ends[1];
	return true;
}

void lipcam_waker_close(struct lipcam_waker *waker)
{
	close(waker->read_end);
	close(waker->write_end);
}

void lipcam_waker_wake(const struct lipcam_waker *waker)
{
	const uint8_t byte = 1;
	ssize_t written;
	do {
		written = write(waker->write_end, &byte, 1);
	} while (written < 0 && errno == EINTR);
}

void lipcam_socket_default_path(char *out, size_t out_bytes)
{
	const char *run_time = getenv("XDG_RUNTIME_DIR");
	if (run_time && *run_time) {
		snprintf(out, out_bytes, "%s/lipcam/obs.sock", run_time);
		return;
	}
	const char *temporary = getenv("TMPDIR");
	if (!temporary || *temporary != '/')
		temporary = "/tmp"; /* a relative one would be relative to where OBS was started */
	size_t length = strlen(temporary);
	while (length > 0 && temporary[length - 1] == '/')
		length--;
	snprintf(out, out_bytes, "%.*s/lipcam-%lu/obs.sock", (int)length, temporary, (unsigned long)getuid());
}

/** Whether the listener runs as this user or as root: /tmp is everybody's, and a stranger's picture is not wanted. */
static bool is_our_peer(int descriptor)
{
	uid_t user;
#ifdef SO_PEERCRED
	struct ucred peer;
	socklen_t bytes = sizeof(peer);
	if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0)
		return false;
	user = peer.uid;
#else
	gid_t group;
	if (getpeereid(descriptor, &user, &group) != 0)
		return false;
#endif
	return user == getuid() || user == 0;
}

static int open_socket(void)
{
#ifdef __linux__
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
	const int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
	if (descriptor >= 0 && !make_non_blocking(descriptor)) {
		close(descriptor);
		return -1;
	}
	return descriptor;
#endif
}

enum lipcam_connect_result lipcam_socket_connect(const char *path, int *descriptor, int *error)
{
	struct sockaddr_un address;
	memset(&address, 0, sizeof(address));
	address.sun_family = AF_UNIX;
	*error = 0;
	const size_t length = strlen(path);
	if (length >= sizeof(address.sun_path))
		return LIPCAM_CONNECT_TOO_LONG;
	memcpy(address.sun_path, path, length);

	const int opened = open_socket();
	if (opened < 0) {
		*error = errno;
		return LIPCAM_CONNECT_FAILED;
	}
#ifdef SO_NOSIGPIPE
	const int on = 1;
	setsockopt(opened, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on));
#endif
	if (connect(opened, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		*error = errno;
		close(opened);
		const bool is_absent = *error == ENOENT || *error == ECONNREFUSED || *error == ENOTDIR ||
				       *error == EAGAIN; /* its queue is full: as good as absent, and soon over */
		return is_absent ? LIPCAM_CONNECT_ABSENT : LIPCAM_CONNECT_FAILED;
	}
	if (!is_our_peer(opened)) {
		close(opened);
		return LIPCAM_CONNECT_FOREIGN;
	}
	*descriptor = opened;
	return LIPCAM_CONNECT_OK;
}

void lipcam_socket_close(int descriptor)
{
	close(descriptor);
}

int64_t lipcam_socket_receive(int descriptor, void *into, size_t bytes_max)
{
	const ssize_t count = recv(descriptor, into, bytes_max, 0);
	if (count > 0)
		return count;
	const bool is_later = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
	return is_later ? 0 : -1;
}

int64_t lipcam_socket_send(int descriptor, const void *bytes, size_t count)
{
	const ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL);
	if (sent >= 0)
		return sent;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
}

struct lipcam_wait lipcam_socket_wait(const struct lipcam_waker *waker, int descriptor, bool wants_to_write,
				      int timeout_ms)
{
	struct pollfd polled[2] = {
		{.fd = waker->read_end, .events = POLLIN},
		{.fd = descriptor, .events = (short)(POLLIN | (wants_to_write ? POLLOUT : 0))},
	};
	struct lipcam_wait found = {false, false};
	if (poll(polled, descriptor < 0 ? 1 : 2, timeout_ms) <= 0)
		return found;
	if (polled[0].revents) {
		uint8_t bytes[64];
		while (read(waker->read_end, bytes, sizeof(bytes)) > 0)
			;
	}
	if (descriptor >= 0) {
		/* a connection that is gone counts as readable: the read then says so */
		found.is_readable = (polled[1].revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) != 0;
		found.is_writable = (polled[1].revents & POLLOUT) != 0;
	}
	return found;
}
