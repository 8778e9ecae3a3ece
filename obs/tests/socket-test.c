/** The socket and its waker: what is absent, what is there, waking, the end of a stream. */
#include "check.h"

#include "socket.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char folder[] = "/tmp/lipcam-test-XXXXXX";

static int listen_at(const char *path)
{
	struct sockaddr_un address;
	memset(&address, 0, sizeof(address));
	address.sun_family = AF_UNIX;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK(bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(listen(listener, 1) == 0);
	return listener;
}

static void *wake_later(void *data)
{
	usleep(20000);
	lipcam_waker_wake(data);
	return NULL;
}

/** Whether the default path is in lipcam-UID under this folder, with TMPDIR as it is now. */
static bool is_default_under(const char *temporary)
{
	char path[LIPCAM_PATH_BYTES_MAX];
	char wanted[LIPCAM_PATH_BYTES_MAX];
	lipcam_socket_default_path(path, sizeof(path));
	snprintf(wanted, sizeof(wanted), "%s/lipcam-%lu/obs.sock", temporary, (unsigned long)getuid());
	return strcmp(path, wanted) == 0;
}

static void test_paths(void)
{
	char path[LIPCAM_PATH_BYTES_MAX];
	setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	lipcam_socket_default_path(path, sizeof(path));
	CHECK(strcmp(path, "/run/user/7/lipcam/obs.sock") == 0);
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("TMPDIR");
	CHECK(is_default_under("/tmp"));
	setenv("TMPDIR", "/var/folders/x//", 1);
	CHECK(is_default_under("/var/folders/x"));
	setenv("TMPDIR", "here", 1);
	CHECK(is_default_under("/tmp"));
	setenv("TMPDIR", "/", 1);
	CHECK(is_default_under(""));
	unsetenv("TMPDIR");
	int descriptor = -1;
	int error = 0;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	CHECK(lipcam_socket_connect(path, &descriptor, &error) == LIPCAM_CONNECT_TOO_LONG);
	CHECK(lipcam_socket_connect("/nowhere/x.sock", &descriptor, &error) == LIPCAM_CONNECT_ABSENT);
	CHECK(descriptor == -1);
}

static void test_waker(void)
{
	struct lipcam_waker waker;
	pthread_t thread;
	CHECK(lipcam_waker_open(&waker));
	for (int index = 0; index < 100000; index++)
		lipcam_waker_wake(&waker); /* a full pipe neither blocks nor fails */
	while (lipcam_socket_wait(&waker, -1, false, 0).is_readable)
		;
	CHECK(pthread_create(&thread, NULL, wake_later, &waker) == 0);
	lipcam_socket_wait(&waker, -1, false, -1); /* ends, for it is woken */
	CHECK(pthread_join(thread, NULL) == 0);
	lipcam_waker_close(&waker);
}

static void test_stream(void)
{
	struct lipcam_waker waker;
	char path[64];
	char bytes[8];
	int descriptor = -1;
	int error = 0;
	snprintf(path, sizeof(path), "%s/a.sock", folder);
	const int listener = listen_at(path);
	CHECK(lipcam_waker_open(&waker));
	CHECK(lipcam_socket_connect(path, &descriptor, &error) == LIPCAM_CONNECT_OK);
	const int other = accept(listener, NULL, NULL);
	CHECK(lipcam_socket_receive(descriptor, bytes, sizeof(bytes)) == 0); /* nothing yet, and no waiting */
	CHECK(!lipcam_socket_wait(&waker, descriptor, false, 0).is_readable);
	CHECK(lipcam_socket_wait(&waker, descriptor, true, 0).is_writable);
	CHECK(write(other, "abc", 3) == 3);
	CHECK(lipcam_socket_wait(&waker, descriptor, false, 1000).is_readable);
	CHECK(lipcam_socket_receive(descriptor, bytes, sizeof(bytes)) == 3);

	static char much[1 << 16];
	int64_t sent;
	int turns = 0;
	do {
		sent = lipcam_socket_send(descriptor, much, sizeof(much));
	} while (sent > 0 && ++turns < 1000);
	CHECK(sent == 0); /* nobody reads: no room, and no waiting */

	close(other);
	CHECK(lipcam_socket_wait(&waker, descriptor, false, 1000).is_readable);
	CHECK(lipcam_socket_receive(descriptor, bytes, sizeof(bytes)) == -1);
	CHECK(lipcam_socket_send(descriptor, "x", 1) == -1); /* and no SIGPIPE */
	lipcam_socket_close(descriptor);

	close(listener);
	CHECK(lipcam_socket_connect(path, &descriptor, &error) == LIPCAM_CONNECT_ABSENT); /* a file, but nobody */
	unlink(path);
	lipcam_waker_close(&waker);
}

/** A listener that does not accept: connecting must not wait for it, whatever its queue holds. */
static void test_full_queue(void)
{
	char path[64];
	int descriptors[8];
	int count = 0;
	int error = 0;
	enum lipcam_connect_result result = LIPCAM_CONNECT_OK;
	snprintf(path, sizeof(path), "%s/b.sock", folder);
	const int listener = listen_at(path);
	while (count < 8) {
		result = lipcam_socket_connect(path, &descriptors[count], &error);
		if (result != LIPCAM_CONNECT_OK)
			break;
		count++;
	}
	CHECK(result == LIPCAM_CONNECT_ABSENT && error == EAGAIN);
	while (count > 0)
		lipcam_socket_close(descriptors[--count]);
	close(listener);
	unlink(path);
}

void test_socket(void)
{
	CHECK(mkdtemp(folder) != NULL);
	test_paths();
	test_waker();
	test_stream();
	test_full_queue();
	rmdir(folder);
}
