/**
 * The source: settings and properties in, a reader behind. Every function here runs on one of OBS's threads and none of
 * them waits, but for destroy, which joins the reader (see reader.h).
 */
#include "lipcam-source.h"

#include "hotkeys.h"
#include "reader.h"

#define SETTING_SOCKET "socket"
#define SETTING_DEACTIVATE "deactivate_when_hidden"

struct lipcam_source {
	struct lipcam_reader *reader;
	struct lipcam_hotkeys hotkeys;
};

static const char *get_name(void *type_data)
{
	(void)type_data;
	return obs_module_text("Lipcam");
}

/** The path of the settings; where it was emptied, the default again. */
static const char *path_of(obs_data_t *settings, char *default_path)
{
	const char *path = obs_data_get_string(settings, SETTING_SOCKET);
	if (*path)
		return path;
	lipcam_socket_default_path(default_path, LIPCAM_PATH_BYTES_MAX);
	return default_path;
}

static void *create(obs_data_t *settings, obs_source_t *source)
{
	char default_path[LIPCAM_PATH_BYTES_MAX];
	/* the newest picture as soon as there is one; Lipcam paces them, a second clock would only add delay */
	obs_source_set_async_unbuffered(source, true);
	struct lipcam_reader *reader = lipcam_reader_create(source, path_of(settings, default_path),
							    obs_data_get_bool(settings, SETTING_DEACTIVATE));
	if (!reader) {
		blog(LOG_ERROR, "[lipcam] '%s': no thread or pipe for it, wanted one of each",
		     obs_source_get_name(source));
		return NULL;
	}
	struct lipcam_source *lipcam = bzalloc(sizeof(*lipcam));
	lipcam->reader = reader;
	lipcam_hotkeys_register(&lipcam->hotkeys, source, reader);
	return lipcam;
}

static void destroy(void *data)
{
	struct lipcam_source *lipcam = data;
	lipcam_hotkeys_unregister(&lipcam->hotkeys);
	lipcam_reader_destroy(lipcam->reader);
	bfree(lipcam);
}

static void update(void *data, obs_data_t *settings)
{
	struct lipcam_source *lipcam = data;
	char default_path[LIPCAM_PATH_BYTES_MAX];
	lipcam_reader_set_path(lipcam->reader, path_of(settings, default_path));
	lipcam_reader_set_deactivates(lipcam->reader, obs_data_get_bool(settings, SETTING_DEACTIVATE));
}

static void get_defaults(obs_data_t *settings)
{
	char default_path[LIPCAM_PATH_BYTES_MAX];
	lipcam_socket_default_path(default_path, sizeof(default_path));
	obs_data_set_default_string(settings, SETTING_SOCKET, default_path);
	obs_data_set_default_bool(settings, SETTING_DEACTIVATE, false);
}

static obs_properties_t *get_properties(void *data)
{
	(void)data;
	obs_properties_t *properties = obs_properties_create();
	/* typed key by key a path is a new one each time, and each would be tried */
	obs_properties_set_flags(properties, OBS_PROPERTIES_DEFER_UPDATE);
	obs_property_t *socket = obs_properties_add_text(properties, SETTING_SOCKET, obs_module_text("Socket"),
							 OBS_TEXT_DEFAULT);
	obs_property_set_long_description(socket, obs_module_text("Socket.About"));
	obs_property_t *deactivate = obs_properties_add_bool(properties, SETTING_DEACTIVATE,
							     obs_module_text("DeactivateWhenHidden"));
	obs_property_set_long_description(deactivate, obs_module_text("DeactivateWhenHidden.About"));
	return properties;
}

static void show(void *data)
{
	lipcam_reader_set_showing(((struct lipcam_source *)data)->reader, true);
}

static void hide(void *data)
{
	lipcam_reader_set_showing(((struct lipcam_source *)data)->reader, false);
}

static void activate(void *data)
{
	lipcam_reader_set_active(((struct lipcam_source *)data)->reader, true);
}

static void deactivate(void *data)
{
	lipcam_reader_set_active(((struct lipcam_source *)data)->reader, false);
}

static void video_tick(void *data, float seconds)
{
	(void)seconds;
	lipcam_delivery_tick(&((struct lipcam_source *)data)->reader->delivery);
}

const struct obs_source_info lipcam_source_info = {
	.id = "lipcam_source",
	.type = OBS_SOURCE_TYPE_INPUT,
	.output_flags = OBS_SOURCE_ASYNC_VIDEO | OBS_SOURCE_AUDIO | OBS_SOURCE_DO_NOT_DUPLICATE,
	.icon_type = OBS_ICON_TYPE_CAMERA,
	.get_name = get_name,
	.create = create,
	.destroy = destroy,
	.update = update,
	.get_defaults = get_defaults,
	.get_properties = get_properties,
	.show = show,
	.hide = hide,
	.activate = activate,
	.deactivate = deactivate,
	.video_tick = video_tick,
};
