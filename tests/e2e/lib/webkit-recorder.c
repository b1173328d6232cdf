/* What keeps WebKitGTK 2.50's recorder from recording on Debian 12, mended for the tests by LD_PRELOAD:
 *  - before the encoder it wants `autovideoflip`, which GStreamer has from 1.24 on (Debian 12 has 1.22), and without it
 *    leaves the encoder unlinked: nothing is recorded (WebKit PR 58924). `identity` takes its place; nothing here turns.
 *  - its sink keeps the buffer that it prerolls with and then gets it again: the last `moof` is there twice, and what
 *    follows cannot be decoded. The recorder's sink has no preroll here.
 *  - whether it has ended is a variable that it never sets at first, so that stopping may take what is there before the
 *    last fragment has come. Asked by the main thread, the sink answers only when it has come.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int records(void *sink) {
  char *(*path_of)(void *) = dlsym(RTLD_DEFAULT, "gst_object_get_path_string");
  char *path = path_of(sink);
  int it_does = path && strstr(path, ":media-recorder-") != NULL;
  free(path);
  return it_does;
}

void *gst_element_factory_make(const char *factory, const char *name) {
  void *(*make)(const char *, const char *) = dlsym(RTLD_NEXT, "gst_element_factory_make");
  return make(factory && strcmp(factory, "autovideoflip") == 0 ? "identity" : factory, name);
}

void *gst_app_sink_pull_preroll(void *sink) {
  void *(*pull)(void *) = dlsym(RTLD_NEXT, "gst_app_sink_pull_preroll");
  return records(sink) ? NULL : pull(sink);
}

int gst_app_sink_is_eos(void *sink) {
  int (*is_eos)(void *) = dlsym(RTLD_NEXT, "gst_app_sink_is_eos");
  int waits = gettid() == getpid() && records(sink);
  for (int ms = 0; waits && ms < 2000 && !is_eos(sink); ms++) usleep(1000);
  return is_eos(sink);
}
