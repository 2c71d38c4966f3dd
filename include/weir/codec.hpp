// How values are written into the record, and read back: codec<T>.
//
// What is written reads back as the same value, and equal values are written as equal text:
//
//   bool, integers, float, double   as JSON has them; -0.0 keeps its sign; "NaN", "Infinity" and "-Infinity"; a NaN is a NaN,
//                                   whatever its bits. long double has no codec, because text would round it
//   enums, std::byte, char types    their number
//   strings, paths                  a string; what is not UTF-8 is {"dtype": "text", "base64": ...}
//   chrono durations                seconds, where that number reads back as the same count, else
//                                   {"count": 1, "per": "1/1000000000"}
//   UTC and local time points       "2026-01-31T12:00:00.000000Z" for the years 0 to 9999 (local: no Z), else a count since 1970.
//                                   Read from any offset. A steady clock has no codec
//   year_month_day, year_month      "2026-01-31", "2026-01"; what is no such date is its numbers, [2026, 2, 30].
//   hh_mm_ss; year, month, ...      like a duration; a number (Sunday is 0)
//   vector, array, span of numbers  an array up to 32 elements, then bytes, {"dtype": "<f8", "base64": ...}, in numpy's words. Both
//                                   are read, bytes of no other type
//   other ranges, pair, tuple       an array; unordered ones in the order of their elements' text
//   maps                            an object where keys are UTF-8 texts and occur once, else an array of pairs
//   optional                        the value or null; a value that is itself written as null (an inner optional) is [null]
//   variant                         [index, value]; monostate is null
//   nlohmann::json, and types with its to_json and from_json to be found by argument-dependent lookup
//   (what NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE writes)
//                                   that tree; what JSON text has not (NaN, binary, strings that are not UTF-8) is an object with a dtype
//
// Long rows and texts of a kept result stay out of its text: {"dtype": "<f8", "at": 8, "size": 80000}.
// For a type of yours specialise it:
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
