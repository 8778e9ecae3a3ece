/**
 * Encodes what waits only when the bytes before it have gone, so that a Lipcam that does not read gets one visibility
 * when it reads again, and not the history of all of them.
 */
#include "outbox.h"

#include <string.h>

#define VISIBILITY_BYTES 12
#define HOTKEY_BYTES 4

bool lipcam_outbox_init(struct lipcam_outbox *outbox)
{
	memset(outbox, 0, sizeof(*outbox));
	return pthread_mutex_init(&outbox->lock, NULL) == 0;
}

void lipcam_outbox_destroy(struct lipcam_outbox *outbox)
{
	pthread_mutex_destroy(&outbox->lock);
}

static void set_flag(struct lipcam_outbox *outbox, bool *flag, bool value)
{
	pthread_mutex_lock(&outbox->lock);
	if (*flag != value) {
		*flag = value;
		outbox->is_visibility_new = true;
	}
	pthread_mutex_unlock(&outbox->lock);
}

void lipcam_outbox_set_showing(struct lipcam_outbox *outbox, bool is_showing)
{
	set_flag(outbox, &outbox->is_showing, is_showing);
}

void lipcam_outbox_set_active(struct lipcam_outbox *outbox, bool is_active)
{
	set_flag(outbox, &outbox->is_active, is_active);
}

void lipcam_outbox_set_deactivates(struct lipcam_outbox *outbox, bool deactivates_when_hidden)
{
	set_flag(outbox, &outbox->deactivates_when_hidden, deactivates_when_hidden);
}

bool lipcam_outbox_press(struct lipcam_outbox *outbox, enum lipcam_hotkey hotkey, uint64_t now_ns)
{
	pthread_mutex_lock(&outbox->lock);
	const bool has_room = outbox->press_count < LIPCAM_PRESSES_MAX;
	if (has_room) {
		const struct lipcam_press press = {.hotkey = (uint32_t)hotkey, .pressed_ns = now_ns};
		outbox->presses[outbox->press_count++] = press;
	}
	pthread_mutex_unlock(&outbox->lock);
	return has_room;
}

static bool wants_media(const struct lipcam_outbox *outbox)
{
	return outbox->is_showing || !outbox->deactivates_when_hidden;
}

bool lipcam_outbox_wants_media(struct lipcam_outbox *outbox)
{
	pthread_mutex_lock(&outbox->lock);
	const bool answer = wants_media(outbox);
	pthread_mutex_unlock(&outbox->lock);
	return answer;
}

static void append(struct lipcam_outbox *outbox, uint16_t type, const void *payload, size_t bytes, uint64_t time_ns)
{
	uint8_t *at = outbox->bytes + outbox->filled_bytes;
	lipcam_header_write(at, type, (uint32_t)bytes, outbox->sequence++, time_ns);
	memcpy(at + LIPCAM_HEADER_BYTES, payload, bytes);
	outbox->filled_bytes += LIPCAM_HEADER_BYTES + bytes;
}

void lipcam_outbox_begin(struct lipcam_outbox *outbox, const char *hello, size_t hello_bytes)
{
	outbox->sent_bytes = 0;
	outbox->filled_bytes = 0;
	outbox->sequence = 0;
	append(outbox, LIPCAM_PLUGIN_HELLO, hello, hello_bytes, 0);
	pthread_mutex_lock(&outbox->lock);
	outbox->is_visibility_new = true;
	pthread_mutex_unlock(&outbox->lock);
}

uint32_t lipcam_outbox_forget_presses(struct lipcam_outbox *outbox)
{
	pthread_mutex_lock(&outbox->lock);
	const uint32_t count = outbox->press_count;
	outbox->press_count = 0;
	pthread_mutex_unlock(&outbox->lock);
	return count;
}

/** Encodes everything that waits; 16 presses and a visibility fit an empty outbox many times over. */
static void encode(struct lipcam_outbox *outbox)
{
	uint8_t payload[VISIBILITY_BYTES];
	outbox->sent_bytes = 0;
	outbox->filled_bytes = 0;
	pthread_mutex_lock(&outbox->lock);
	if (outbox->is_visibility_new) {
		outbox->is_visibility_new = false;
		lipcam_put_u32(payload, outbox->is_showing);
		lipcam_put_u32(payload + 4, outbox->is_active);
		lipcam_put_u32(payload + 8, wants_media(outbox));
		append(outbox, LIPCAM_PLUGIN_VISIBILITY, payload, VISIBILITY_BYTES, 0);
	}
	for (uint32_t index = 0; index < outbox->press_count; index++) {
		lipcam_put_u32(payload, outbox->presses[index].hotkey);
		append(outbox, LIPCAM_PLUGIN_HOTKEY, payload, HOTKEY_BYTES, outbox->presses[index].pressed_ns);
	}
	outbox->press_count = 0;
	pthread_mutex_unlock(&outbox->lock);
}

size_t lipcam_outbox_next(struct lipcam_outbox *outbox, const uint8_t **bytes)
{
	if (outbox->sent_bytes == outbox->filled_bytes)
		encode(outbox);
	*bytes = outbox->bytes + outbox->sent_bytes;
	return outbox->filled_bytes - outbox->sent_bytes;
}

void lipcam_outbox_sent(struct lipcam_outbox *outbox, size_t count)
{
	outbox->sent_bytes += count;
}
