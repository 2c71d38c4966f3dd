// Forward declarations only: for the headers of a library that uses weir inside.

#pragma once

namespace weir::inline v0 {

class runtime;
class store;
class store_port;
class clock;
class executor;
class json_writer;
class json_reader;
class json_schema;
struct uuid;
struct state;
struct run_info;
template <class T>
struct codec;
template <class R>
class outcome;

}  // namespace weir::inline v0
