/** Registers the keys; the names are those obs-websocket triggers ("lipcam.panic") and scene collections keep. */
#include "hotkeys.h"

/* libobs has one callback type for all keys, and its data says which reader, so each key has a function of its own */
static void press(void *data, enum lipcam_hotkey hotkey, bool is_pressed)
{
	if (is_pressed)
		lipcam_reader_press(data, hotkey);
}

static void on_panic(void *data, obs_hotkey_id id, obs_hotkey_t *key, bool is_pressed)
{
	(void)id;
	(void)key;
	press(data, LIPCAM_HOTKEY_PANIC, is_pressed);
}

static void on_hold(void *data, obs_hotkey_id id, obs_hotkey_t *key, bool is_pressed)
{
	(void)id;
	(void)key;
	press(data, LIPCAM_HOTKEY_HOLD, is_pressed);
}

static void on_interrupt(void *data, obs_hotkey_id id, obs_hotkey_t *key, bool is_pressed)
{
	(void)id;
	(void)key;
	press(data, LIPCAM_HOTKEY_INTERRUPT, is_pressed);
}

static const struct {
	const char *name;
	const char *text;
	obs_hotkey_func function;
} KEYS[LIPCAM_HOTKEY_COUNT] = {
	{"lipcam.panic", "Hotkey.Panic", on_panic},
	{"lipcam.hold", "Hotkey.Hold", on_hold},
	{"lipcam.interrupt", "Hotkey.Interrupt", on_interrupt},
};

void lipcam_hotkeys_register(struct lipcam_hotkeys *hotkeys, obs_source_t *source, struct lipcam_reader *reader)
{
	for (size_t index = 0; index < LIPCAM_HOTKEY_COUNT; index++)
		hotkeys->ids[index] = obs_hotkey_register_source(source, KEYS[index].name,
								 obs_module_text(KEYS[index].text),
								 KEYS[index].function, reader);
}

void lipcam_hotkeys_unregister(struct lipcam_hotkeys *hotkeys)
{
	for (size_t index = 0; index < LIPCAM_HOTKEY_COUNT; index++)
		obs_hotkey_unregister(hotkeys->ids[index]);
}
