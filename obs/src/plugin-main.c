/** The module "lipcam": registers the source. The version comes from CMakeLists.txt and from nowhere else. */
#include "lipcam-source.h"

OBS_DECLARE_MODULE()
OBS_MODULE_USE_DEFAULT_LOCALE("lipcam", "en-US")
OBS_MODULE_AUTHOR("Lipcam")

MODULE_EXPORT const char *obs_module_name(void)
{
	return "Lipcam";
}

MODULE_EXPORT const char *obs_module_description(void)
{
	return obs_module_text("Description");
}

bool obs_module_load(void)
{
	obs_register_source(&lipcam_source_info);
	/* `lipcam doctor` finds this text in the file and reads the two versions from it */
	blog(LOG_INFO, "[lipcam] version " LIPCAM_PLUGIN_VERSION " loaded, protocol version 1");
	return true;
}
