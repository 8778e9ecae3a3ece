/**
 * The reader thread: one loop around one wait. Each turn does what is due (a new path, a try to connect, bytes to send,
 * bytes to take, the placeholder) and computes how long nothing will be.
 */
#include "reader-loop.h"

#include "reader-log.h"
#include "text.h"

#include <string.h>
#include <util/platform.h>
#include <util/threading.h>

#define MS UINT64_C(1000000)
#define RETRY_NS (250 * MS)
#define RETRY_AFTER_FAULT_NS (5000 * MS)
/** How long the last picture stays where no other comes. */
#define LAST_PICTURE_NS (2000 * MS)
/** A connection that brings its first picture within this time changes no words before it. */
#define SETTLE_NS (500 * MS)
#define NEVER UINT64_MAX
/** Reads before the other duties get their turn again; a picture of 1280x720 takes about ten. */
#define READS_PER_TURN 256

static bool is_connected(const struct lipcam_reader *reader)
{
	return reader->descriptor >= 0;
}

static void disconnect(struct lipcam_reader *reader, uint64_t retry_ns)
{
	const uint64_t now_ns = os_gettime_ns();
	if (is_connected(reader)) {
		lipcam_socket_close(reader->descriptor);
		reader->descriptor = -1;
		reader->quiet_since_ns = now_ns;
	}
	reader->try_at_ns = now_ns + retry_ns;
	lipcam_parser_reset(&reader->parser);
}

static void take_path(struct lipcam_reader *reader)
{
	pthread_mutex_lock(&reader->path_lock);
	const bool is_new = reader->is_path_new;
	if (is_new) {
		memcpy(reader->path, reader->next_path, sizeof(reader->path));
		reader->is_path_new = false;
	}
	pthread_mutex_unlock(&reader->path_lock);
	if (is_new) {
		disconnect(reader, 0);
		reader->has_said_waiting = false;
		/* what holds for the old place must not keep silent about the new one */
		memset(&reader->log_limit, 0, sizeof(reader->log_limit));
	}
}

static void begin_connection(struct lipcam_reader *reader)
{
	char hello[LIPCAM_HELLO_BYTES_MAX];
	const char *name = obs_source_get_name(reader->source);
	const size_t bytes =
		lipcam_text_plugin_hello(hello, LIPCAM_PLUGIN_VERSION, name ? name : "", obs_get_version_string());
	lipcam_outbox_begin(&reader->outbox, hello, bytes);
	reader->has_hello = false;
	lipcam_delivery_restart(&reader->delivery);
	reader->has_said_waiting = false;
	reader->quiet_since_ns = os_gettime_ns();
}

static void try_to_connect(struct lipcam_reader *reader)
{
	int error = 0;
	const enum lipcam_connect_result result =
		lipcam_socket_connect(reader->path, &reader->descriptor, &error);
	uint64_t retry_ns = RETRY_NS;
	switch (result) {
	case LIPCAM_CONNECT_OK:
		begin_connection(reader);
		return;
	case LIPCAM_CONNECT_ABSENT:
		if (!reader->has_said_waiting)
			lipcam_say(reader, LOG_INFO, LIPCAM_REASON_WAITING, "waiting for Lipcam at %s", reader->path);
		reader->has_said_waiting = true; /* once for each time it is away, however long that is */
		break;
	case LIPCAM_CONNECT_TOO_LONG:
		lipcam_say(reader, LOG_WARNING, LIPCAM_REASON_PATH,
			   "the socket's path is too long, wanted less than 108 bytes: %s", reader->path);
		retry_ns = RETRY_AFTER_FAULT_NS;
		break;
	case LIPCAM_CONNECT_FOREIGN:
		lipcam_say(reader, LOG_WARNING, LIPCAM_REASON_FOREIGN, "%s belongs to another user, so it is not used",
			   reader->path);
		retry_ns = RETRY_AFTER_FAULT_NS;
		break;
	case LIPCAM_CONNECT_FAILED:
		lipcam_say(reader, LOG_WARNING, LIPCAM_REASON_CONNECT, "no connection to %s: %s", reader->path,
			   strerror(error));
		break;
	}
	reader->try_at_ns = os_gettime_ns() + retry_ns;
}

static void give_up(struct lipcam_reader *reader)
{
	lipcam_say_fault(reader);
	disconnect(reader, RETRY_AFTER_FAULT_NS);
}

static void show_placeholder(struct lipcam_reader *reader, enum lipcam_caption caption)
{
	lipcam_deliver_placeholder(&reader->delivery, caption);
	reader->picture = LIPCAM_PICTURE_PLACEHOLDER;
	reader->caption = caption;
}

static void say_bye(struct lipcam_reader *reader)
{
	char reason[LIPCAM_BYE_BYTES_MAX + 1];
	lipcam_text_for_log(reason, sizeof(reason), reader->parser.message.body, reader->parser.message.body_bytes);
	lipcam_say(reader, LOG_INFO, LIPCAM_REASON_BYE, "Lipcam ended: %s", reason);
	disconnect(reader, RETRY_NS);
	show_placeholder(reader, LIPCAM_CAPTION_NOT_RUNNING);
}

static void take_audio(struct lipcam_reader *reader)
{
	int64_t late_ns = 0;
	if (!lipcam_deliver_audio(&reader->delivery, &reader->parser.message, &late_ns))
		lipcam_say(reader, LOG_WARNING, LIPCAM_REASON_UNTIMELY_SOUND,
			   "sound dropped that is due %lld ms from now, wanted -200 to 1000",
			   (long long)(late_ns / -(int64_t)MS));
}

static void take_video(struct lipcam_reader *reader)
{
	if (!lipcam_deliver_video(&reader->delivery, &reader->parser.message))
		lipcam_say(reader, LOG_WARNING, LIPCAM_REASON_TOO_MANY_PICTURES,
			   "pictures dropped: more came within one frame of OBS than it can hold");
	reader->picture = LIPCAM_PICTURE_LIVE;
	reader->quiet_since_ns = os_gettime_ns();
}

/** Acts on a whole message. */
static void take_message(struct lipcam_reader *reader)
{
	switch (reader->parser.message.header.type) {
	case LIPCAM_HELLO:
		if (!lipcam_say_hello(reader)) {
			reader->parser.fault = LIPCAM_FAULT_HELLO_TEXT;
			give_up(reader);
			return;
		}
		reader->has_hello = true;
		break;
	case LIPCAM_VIDEO:
		take_video(reader);
		break;
	case LIPCAM_AUDIO:
		take_audio(reader);
		break;
	case LIPCAM_BYE:
		say_bye(reader);
		break;
	default:
		break; /* the parser hands out no others */
	}
}

static void receive(struct lipcam_reader *reader)
{
	for (int turn = 0; turn < READS_PER_TURN && is_connected(reader) && !atomic_load(&reader->is_stopping);
	     turn++) {
		size_t wanted_bytes;
		uint8_t *into = lipcam_parser_space(&reader->parser, &wanted_bytes);
		const int64_t count = lipcam_socket_receive(reader->descriptor, into, wanted_bytes);
		if (count == 0)
			return;
		if (count < 0) {
			lipcam_say(reader, LOG_INFO, LIPCAM_REASON_CLOSED, "Lipcam closed the connection%s",
				   reader->has_hello ? "" : " before its hello");
			disconnect(reader, RETRY_NS);
			return;
		}
		switch (lipcam_parser_take(&reader->parser, (size_t)count)) {
		case LIPCAM_MORE:
			break;
		case LIPCAM_MESSAGE:
			take_message(reader);
			break;
		case LIPCAM_FAULT:
			give_up(reader);
			return;
		}
	}
}

/** Sends what there is room for; true where more waits. A failure is left to receive(), which sees it too. */
static bool send_some(struct lipcam_reader *reader)
{
	const uint8_t *bytes;
	size_t count;
	while ((count = lipcam_outbox_next(&reader->outbox, &bytes)) > 0) {
		const int64_t sent = lipcam_socket_send(reader->descriptor, bytes, count);
		if (sent < 0)
			return false;
		if (sent == 0)
			return true;
		lipcam_outbox_sent(&reader->outbox, (size_t)sent);
	}
	return false;
}

static void say_lost_presses(struct lipcam_reader *reader)
{
	const unsigned full = atomic_exchange(&reader->lost_press_count, 0);
	const unsigned unheard = is_connected(reader) ? 0 : lipcam_outbox_forget_presses(&reader->outbox);
	if (full + unheard > 0)
		lipcam_say(reader, LOG_WARNING, LIPCAM_REASON_PRESS_LOST,
			   "a hotkey was pressed while Lipcam is not connected or does not listen; it does nothing");
}

static enum lipcam_caption wanted_caption(const struct lipcam_reader *reader)
{
	return is_connected(reader) ? LIPCAM_CAPTION_WAITING : LIPCAM_CAPTION_NOT_RUNNING;
}

/** When the placeholder is to be drawn, if nothing else happens. */
static uint64_t placeholder_due_ns(struct lipcam_reader *reader)
{
	const bool wants_media = lipcam_outbox_wants_media(&reader->outbox);
	if (wants_media && !reader->wanted_media)
		reader->quiet_since_ns = os_gettime_ns(); /* shown again: a picture is asked for only now */
	reader->wanted_media = wants_media;
	if (is_connected(reader) && !wants_media)
		return NEVER; /* silent because we asked for it: the last picture stays and is there at once on show */
	switch (reader->picture) {
	case LIPCAM_PICTURE_NONE:
		return is_connected(reader) ? reader->quiet_since_ns + SETTLE_NS : 0;
	case LIPCAM_PICTURE_LIVE:
		return reader->quiet_since_ns + LAST_PICTURE_NS;
	case LIPCAM_PICTURE_PLACEHOLDER:
		break;
	}
	return reader->caption == wanted_caption(reader) ? NEVER : reader->quiet_since_ns + SETTLE_NS;
}

static void watch_picture(struct lipcam_reader *reader)
{
	if (placeholder_due_ns(reader) > os_gettime_ns())
		return;
	if (reader->picture == LIPCAM_PICTURE_LIVE)
		lipcam_say(reader, LOG_INFO, LIPCAM_REASON_NO_PICTURE, "no picture for 2 s%s",
			   is_connected(reader) ? ", though Lipcam is connected" : "");
	show_placeholder(reader, wanted_caption(reader));
}

/** Milliseconds until a timer is due, rounded up so that it is due then; -1: none is. */
static int wait_ms(struct lipcam_reader *reader)
{
	const uint64_t now_ns = os_gettime_ns();
	uint64_t due_ns = placeholder_due_ns(reader);
	if (!is_connected(reader) && reader->try_at_ns < due_ns)
		due_ns = reader->try_at_ns;
	if (due_ns == NEVER)
		return -1;
	return due_ns <= now_ns ? 0 : (int)((due_ns - now_ns) / MS) + 1;
}

void *lipcam_reader_run(void *data)
{
	struct lipcam_reader *reader = data;
	os_set_thread_name("lipcam reader");
	while (!atomic_load(&reader->is_stopping)) {
		take_path(reader);
		if (!is_connected(reader) && os_gettime_ns() >= reader->try_at_ns)
			try_to_connect(reader);
		say_lost_presses(reader);
		const bool has_more_to_send = is_connected(reader) && send_some(reader);
		watch_picture(reader);
		const struct lipcam_wait found = lipcam_socket_wait(&reader->waker, reader->descriptor,
								    has_more_to_send, wait_ms(reader));
		if (found.is_readable)
			receive(reader);
	}
	disconnect(reader, 0);
	return NULL;
}
