// How trips and features are written: the cache keeps features, and finds them by the trips that they were made of.

#pragma once

#include "features.hpp"

#include <weir/codec.hpp>

template <>
struct weir::codec<taxi::trips> {
  static void write(json_writer& w, const taxi::trips& t) {
    w.begin_object();
    w.field("pickup", t.pickup);
    w.field("dropoff", t.dropoff);
    w.field("distance", t.distance);
    w.field("minutes", t.minutes);
    w.end_object();
  }
};

template <>
struct weir::codec<taxi::dataset> {
  static void write(json_writer& w, const taxi::dataset& d) {
    w.begin_object();
    w.field("row_begin", d.x.row_begin);
    w.field("feature", d.x.feature);
    w.field("value", d.x.value);
    w.field("features", d.x.features);
    w.field("y", d.y);
    w.end_object();
  }
  static taxi::dataset read(json_reader r) {
    return {.x = {.row_begin = r.at("row_begin").as<std::vector<std::size_t>>(),
                  .feature = r.at("feature").as<std::vector<std::uint32_t>>(),
                  .value = r.at("value").as<std::vector<float>>(),
                  .features = r.at("features").as<std::size_t>()},
            .y = r.at("y").as<std::vector<float>>()};
  }
};

template <>
struct weir::codec<taxi::features> {
  static void write(json_writer& w, const taxi::features& f) {
    w.begin_object();
    w.field("train", f.train);
    w.field("validation", f.validation);
    w.field("names", f.fitted.names());
    w.end_object();
  }
  static taxi::features read(json_reader r) {
    return {r.at("train").as<taxi::dataset>(), r.at("validation").as<taxi::dataset>(),
            taxi::vectorizer(r.at("names").as<std::vector<std::string>>())};
  }
};
