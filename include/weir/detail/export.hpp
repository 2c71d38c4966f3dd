// What a shared build of the library shows. Everything else is hidden (-fvisibility=hidden).

#pragma once

#if defined(__GNUC__)
#define WEIR_EXPORT [[gnu::visibility("default")]]
#else
#define WEIR_EXPORT
#endif
