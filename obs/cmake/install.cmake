# Where things go, and the Debian package.
#   system (the default): LIBDIR/obs-plugins/lipcam.so and DATADIR/obs/obs-plugins/lipcam
#   user (-DLIPCAM_USER_LAYOUT=ON, prefix ~/.config/obs-studio/plugins): lipcam/bin/64bit/lipcam.so and lipcam/data
option(LIPCAM_USER_LAYOUT "Install in the layout of a user's OBS plugin folder" OFF)

if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT AND NOT LIPCAM_USER_LAYOUT)
  # OBS looks below the prefix it has itself, which is /usr in every distribution
  set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "prefix" FORCE)
endif()
include(GNUInstallDirs)

if(LIPCAM_USER_LAYOUT)
  set(LIPCAM_LIBRARY_FOLDER lipcam/bin/64bit)
  set(LIPCAM_DATA_FOLDER lipcam/data)
else()
  set(LIPCAM_LIBRARY_FOLDER ${CMAKE_INSTALL_LIBDIR}/obs-plugins)
  set(LIPCAM_DATA_FOLDER ${CMAKE_INSTALL_DATADIR}/obs/obs-plugins/lipcam)
endif()
install(TARGETS lipcam LIBRARY DESTINATION ${LIPCAM_LIBRARY_FOLDER})
install(DIRECTORY data/ DESTINATION ${LIPCAM_DATA_FOLDER})
if(NOT LIPCAM_USER_LAYOUT)
  install(FILES cmake/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/lipcam-obs)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME lipcam-obs)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_CONTACT "Lipcam <lipcam@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION video)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Adds the source Lipcam: the picture and voice of a talking avatar that runs on this machine,\n\
 frame for frame, with hotkeys to take it off, hold it and interrupt it.")
# the library's own dependencies by dpkg-shlibdeps; and the program the plugin is for, which takes no plugin that was
# built for a later major version of itself
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "obs-studio (>= ${LIPCAM_OBS_MAJOR})")
include(CPack)
