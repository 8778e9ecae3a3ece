/** What goes to Lipcam: order, the latest visibility only, bounded presses, half sent bytes. */
#include "check.h"

#include "outbox.h"

#include <string.h>

static struct lipcam_outbox outbox;

/** Takes the next message whole, as from a socket that has room; its type, 0 where there is none. */
static uint16_t next_type(uint32_t *words)
{
	const uint8_t *bytes;
	struct lipcam_header header;
	if (lipcam_outbox_next(&outbox, &bytes) == 0)
		return 0;
	lipcam_header_read(&header, bytes);
	CHECK(header.magic == LIPCAM_PROTOCOL_MAGIC && header.version == 1);
	for (uint32_t index = 0; index < header.payload_bytes / 4 && index < 3; index++)
		words[index] = lipcam_get_u32(bytes + LIPCAM_HEADER_BYTES + 4 * index);
	words[3] = header.sequence;
	words[4] = (uint32_t)header.timestamp_ns;
	lipcam_outbox_sent(&outbox, LIPCAM_HEADER_BYTES + header.payload_bytes);
	return header.type;
}

static void test_order(void)
{
	uint32_t words[5];
	CHECK(lipcam_outbox_init(&outbox));
	CHECK(lipcam_outbox_wants_media(&outbox));
	lipcam_outbox_begin(&outbox, "{}", 2);
	CHECK(next_type(words) == LIPCAM_PLUGIN_HELLO && words[3] == 0);
	CHECK(next_type(words) == LIPCAM_PLUGIN_VISIBILITY && words[3] == 1);
	CHECK(words[0] == 0 && words[1] == 0 && words[2] == 1);
	CHECK(next_type(words) == 0);

	lipcam_outbox_set_showing(&outbox, true);
	lipcam_outbox_set_showing(&outbox, false);
	lipcam_outbox_set_deactivates(&outbox, true);
	CHECK(!lipcam_outbox_wants_media(&outbox));
	CHECK(lipcam_outbox_press(&outbox, LIPCAM_HOTKEY_HOLD, 1234));
	CHECK(next_type(words) == LIPCAM_PLUGIN_VISIBILITY && words[0] == 0 && words[2] == 0);
	CHECK(next_type(words) == LIPCAM_PLUGIN_HOTKEY && words[0] == LIPCAM_HOTKEY_HOLD && words[4] == 1234);
	CHECK(next_type(words) == 0);
	lipcam_outbox_set_deactivates(&outbox, true); /* nothing new: nothing said */
	CHECK(next_type(words) == 0);

	lipcam_outbox_begin(&outbox, "{}", 2); /* a new connection counts anew and says all again */
	CHECK(next_type(words) == LIPCAM_PLUGIN_HELLO && words[3] == 0);
	CHECK(next_type(words) == LIPCAM_PLUGIN_VISIBILITY);
	lipcam_outbox_destroy(&outbox);
}

static void test_presses(void)
{
	uint32_t words[5];
	CHECK(lipcam_outbox_init(&outbox));
	for (unsigned index = 0; index < LIPCAM_PRESSES_MAX; index++)
		CHECK(lipcam_outbox_press(&outbox, LIPCAM_HOTKEY_PANIC, index));
	CHECK(!lipcam_outbox_press(&outbox, LIPCAM_HOTKEY_PANIC, 99));
	CHECK(lipcam_outbox_forget_presses(&outbox) == LIPCAM_PRESSES_MAX);
	CHECK(lipcam_outbox_forget_presses(&outbox) == 0);
	lipcam_outbox_begin(&outbox, "{}", 2);
	CHECK(next_type(words) == LIPCAM_PLUGIN_HELLO);
	for (unsigned index = 0; index < LIPCAM_PRESSES_MAX; index++)
		CHECK(lipcam_outbox_press(&outbox, LIPCAM_HOTKEY_PANIC, index));
	CHECK(next_type(words) == LIPCAM_PLUGIN_VISIBILITY);
	for (unsigned index = 0; index < LIPCAM_PRESSES_MAX; index++)
		CHECK(next_type(words) == LIPCAM_PLUGIN_HOTKEY && words[4] == index);
	CHECK(next_type(words) == 0);
	lipcam_outbox_destroy(&outbox);
}

/** A byte at a time: while bytes are under way no other message gets between them. */
static void test_small_sends(void)
{
	static char hello[LIPCAM_HELLO_BYTES_MAX];
	static uint8_t sent[LIPCAM_OUTBOX_BYTES];
	const uint8_t *bytes;
	size_t count = 0;
	memset(hello, 'h', sizeof(hello));
	CHECK(lipcam_outbox_init(&outbox));
	lipcam_outbox_begin(&outbox, hello, sizeof(hello));
	while (lipcam_outbox_next(&outbox, &bytes) > 0) {
		sent[count++] = bytes[0];
		lipcam_outbox_sent(&outbox, 1);
		if (count < 4000)
			lipcam_outbox_set_showing(&outbox, count % 2 == 0);
	}
	CHECK(count == 32 + 4096 + 32 + 12);
	CHECK(sent[32] == 'h' && sent[32 + 4095] == 'h');
	CHECK(lipcam_get_u32(sent + 32 + 4096) == LIPCAM_PROTOCOL_MAGIC);
	lipcam_outbox_destroy(&outbox);
}

void test_outbox(void)
{
	test_order();
	test_presses();
	test_small_sends();
}
