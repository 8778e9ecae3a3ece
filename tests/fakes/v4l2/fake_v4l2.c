/*
 * A loopback node without a kernel module: open, ioctl, write and close as src/camera calls them (LIPCAM_LIBC names
 * this library). The node is an ordinary file, LIPCAM_FAKE_NODE; every other path goes to the kernel untouched.
 * Unplugging is removing the file: writes answer ENODEV, opening ENOENT. What is in the file are the faults, one a
 * line, read again whenever the file changes:
 *   card=NAME driver=NAME       other names than "Lipcam" and "v4l2 loopback"
 *   streamon_einval             the newer driver generation
 *   streamon_ebusy s_fmt_ebusy  somebody else writes
 *   no_output                   QUERYCAP shows CAPTURE only; neither: shows nothing until STREAMON and a close
 *   sticky=YUYV:320x240         S_FMT answers this format, whatever is asked
 *   eio@N enodev@N eagain@N short@N   from the Nth write after opening on (eagain and short: only that write)
 * LIPCAM_FAKE_DUMP: frames are appended there. LIPCAM_FAKE_LOG: one line a call is appended there:
 *   open | close | s_fmt YU12 640x480 | s_parm 25 | streamon RESULT | streamoff |
 *   write MONOTONIC_NS BYTES HASH
 * where a write's line is made after the bytes were taken and HASH is hash() below. Threads: any, one node.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int node_fd = -1, dump_fd = -1, log_fd = -1, is_stuck = 1;
static ino_t node_inode;
static struct timespec faults_changed;
static long frame;
static size_t image_bytes;
static char faults[4096];

static const char *node(void) { return getenv("LIPCAM_FAKE_NODE"); }

static void note(const char *format, ...)
{
	char line[160];
	va_list list;
	if (log_fd < 0) return;
	va_start(list, format);
	int length = vsnprintf(line, sizeof line, format, list);
	va_end(list);
	if (syscall(SYS_write, log_fd, line, (size_t)length) < 0) log_fd = -1;
}

/* 0, or the errno of a node that is gone; reads the faults again when the file changed. */
static int look(void)
{
	struct stat now;
	if (stat(node(), &now) < 0 || now.st_ino != node_inode) return ENODEV;
	if (memcmp(&now.st_mtim, &faults_changed, sizeof now.st_mtim) == 0) return 0;
	faults_changed = now.st_mtim;
	ssize_t length = pread(node_fd, faults + 1, sizeof faults - 3, 0);
	if (length < 0) length = 0;
	faults[0] = '\n';
	faults[length + 1] = '\n';
	faults[length + 2] = 0;
	return 0;
}

/* The rest of the line that begins with `name`, or NULL. */
static const char *fault(const char *name)
{
	char start[64];
	snprintf(start, sizeof start, "\n%s", name);
	const char *at = strstr(faults, start);
	return at == NULL ? NULL : at + strlen(start);
}

static long fault_at(const char *name)
{
	const char *number = fault(name);
	return number == NULL ? -1 : atol(number);
}

static int fail(int error)
{
	errno = error;
	return -1;
}

/* Four FNV-1a sums over every fourth 32-bit word each, then over one another: fast, and easy in JavaScript. */
static uint32_t hash(const uint8_t *bytes, size_t count)
{
	uint32_t sums[4] = { 0x811c9dc5u, 0x811c9dc5u, 0x811c9dc5u, 0x811c9dc5u }, word;
	for (size_t at = 0; at + 16 <= count; at += 16)
		for (int lane = 0; lane < 4; lane++) {
			memcpy(&word, bytes + at + lane * 4, 4);
			sums[lane] = (sums[lane] ^ word) * 0x01000193u;
		}
	uint32_t sum = 0x811c9dc5u;
	for (int lane = 0; lane < 4; lane++) sum = (sum ^ sums[lane]) * 0x01000193u;
	return sum;
}

static int appending(const char *variable)
{
	const char *path = getenv(variable);
	return path == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

int open(const char *path, int flags, ...)
{
	va_list list;
	va_start(list, flags);
	int mode = va_arg(list, int);
	va_end(list);
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (fd < 0 || node() == NULL || strcmp(path, node()) != 0) return fd;
	struct stat now;
	fstat(fd, &now);
	node_fd = fd;
	node_inode = now.st_ino;
	memset(&faults_changed, 0, sizeof faults_changed);
	frame = 0;
	if (log_fd < 0) log_fd = appending("LIPCAM_FAKE_LOG");
	if (dump_fd < 0) dump_fd = appending("LIPCAM_FAKE_DUMP");
	look();
	if (!fault("neither")) is_stuck = 1;
	note("open\n");
	return fd;
}

int close(int fd)
{
	if (fd >= 0 && fd == node_fd) {
		note("close\n");
		node_fd = -1;
		if (dump_fd >= 0) syscall(SYS_close, dump_fd);
		if (log_fd >= 0) syscall(SYS_close, log_fd);
		dump_fd = log_fd = -1;
	}
	return (int)syscall(SYS_close, fd);
}

static void copy_name(void *field, size_t size, const char *given, const char *usual)
{
	size_t length = given == NULL ? strlen(usual) : strcspn(given, "\n");
	if (length > size - 1) length = size - 1;
	memcpy(field, given == NULL ? usual : given, length);
}

static int set_format(struct v4l2_format *format)
{
	struct v4l2_pix_format *pix = &format->fmt.pix;
	const char *sticky = fault("sticky=");
	if (format->type != V4L2_BUF_TYPE_VIDEO_OUTPUT) return fail(EINVAL);
	if (fault("s_fmt_ebusy")) return fail(EBUSY);
	if (sticky != NULL) {
		memcpy(&pix->pixelformat, sticky, 4);
		sscanf(sticky + 4, ":%ux%u", &pix->width, &pix->height);
	}
	int is_planar = pix->pixelformat == V4L2_PIX_FMT_YUV420;
	image_bytes = (size_t)pix->width * pix->height * (is_planar ? 3 : 4) / 2;
	pix->bytesperline = is_planar ? pix->width : pix->width * 2;
	pix->sizeimage = (uint32_t)((image_bytes + 4095) / 4096 * 4096);
	note("s_fmt %.4s %ux%u\n", (const char *)&pix->pixelformat, pix->width, pix->height);
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list list;
	va_start(list, request);
	void *argument = va_arg(list, void *);
	va_end(list);
	if (fd < 0 || fd != node_fd) return (int)syscall(SYS_ioctl, fd, request, argument);
	if (look() != 0) return fail(ENODEV);
	switch ((uint32_t)request) {
	case (uint32_t)VIDIOC_QUERYCAP: {
		struct v4l2_capability *cap = argument;
		memset(cap, 0, sizeof *cap);
		copy_name(cap->driver, sizeof cap->driver, fault("driver="), "v4l2 loopback");
		copy_name(cap->card, sizeof cap->card, fault("card="), "Lipcam");
		copy_name(cap->bus_info, sizeof cap->bus_info, NULL, "platform:v4l2loopback-000");
		cap->device_caps = V4L2_CAP_READWRITE | V4L2_CAP_STREAMING;
		if (fault("no_output")) cap->device_caps |= V4L2_CAP_VIDEO_CAPTURE;
		else if (!fault("neither") || !is_stuck) cap->device_caps |= V4L2_CAP_VIDEO_OUTPUT;
		cap->capabilities = cap->device_caps | V4L2_CAP_DEVICE_CAPS;
		return 0;
	}
	case (uint32_t)VIDIOC_S_FMT:
		return set_format(argument);
	case (uint32_t)VIDIOC_S_PARM:
		note("s_parm %u\n", ((struct v4l2_streamparm *)argument)->parm.output.timeperframe.denominator);
		return 0;
	case (uint32_t)VIDIOC_STREAMON: {
		int error = fault("streamon_einval") ? EINVAL : fault("streamon_ebusy") ? EBUSY : 0;
		if (fault("neither")) is_stuck = 0;
		note("streamon %d\n", -error);
		return error == 0 ? 0 : fail(error);
	}
	case (uint32_t)VIDIOC_STREAMOFF:
		note("streamoff\n");
		return 0;
	default:
		return fail(ENOTTY);
	}
}

ssize_t write(int fd, const void *bytes, size_t count)
{
	if (fd < 0 || fd != node_fd) return syscall(SYS_write, fd, bytes, count);
	long now = frame++, at;
	if (look() != 0) return fail(ENODEV);
	if ((at = fault_at("eio@")) >= 0 && now >= at) return fail(EIO);
	if ((at = fault_at("enodev@")) >= 0 && now >= at) return fail(ENODEV);
	if (now == fault_at("eagain@")) return fail(EAGAIN);
	if (now == fault_at("short@")) count /= 2;
	size_t limit = (image_bytes + 4095) / 4096 * 4096;
	if (count > limit) count = limit;
	uint32_t sum = log_fd < 0 ? 0 : hash(bytes, count);
	if (dump_fd >= 0 && syscall(SYS_write, dump_fd, bytes, count) != (long)count) return fail(ENOSPC);
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	note("write %lld %zu %08x\n", (long long)time.tv_sec * 1000000000 + time.tv_nsec, count, sum);
	return (ssize_t)count;
}
