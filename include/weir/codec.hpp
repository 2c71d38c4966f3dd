// How values are written into the record, and read back: codec<T>.
//
// Built in: arithmetic types, enums, strings, paths, chrono durations, UTC time points and calendar dates, optional, pair,
// tuple, any range and any map of such, and whatever has nlohmann's to_json / from_json findable by argument-dependent
// lookup (what NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE writes). For a type of yours specialise it:
//
//   template <> struct weir::codec<money> {
//     static void write(weir::json_writer& w, const money& m) { w.string(m.text()); }
//     static money read(weir::json_reader r) { return money(r.string()); }
//     static weir::json_schema schema() { return weir::json_schema::string(); }   // optional
//   };
//
// A type without a codec still works as a parameter or result: it is recorded by its name.

#pragma once

#include <weir/detail/codec_maps.hpp>
#include <weir/detail/codec_nlohmann.hpp>
#include <weir/detail/codec_sequences.hpp>
#include <weir/detail/codec_time.hpp>
#include <weir/detail/codec_tuples.hpp>
#include <weir/detail/codec_values.hpp>
