#include "engine/caching.hpp"

#include "core/key_writer.hpp"
#include "engine/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace weir::inline v0::detail {
namespace {

using part = cache_part::kind;

// A part is shown as its value where that is not longer than this, else as its hash. Chosen: a path and a bit.
constexpr std::size_t longest_shown = 120;

std::string shown_hash(const core::digest& d) { return fmt::format("\"#{}\"", core::to_hex(d).substr(0, 16)); }

// JSON of at most `longest_shown` bytes; empty where it is longer.
template <class Write>
std::string shown_value(Write&& write) {
  std::vector<char> text;
  json_writer w(text, longest_shown);
  write(w);
  return w.full() ? std::string() : std::string(text.begin(), text.end());
}

template <class Write>
core::digest hash_of_value(std::string_view kind_of_part, Write&& write) {
  core::key_writer w;
  w.json().string(kind_of_part);
  write(w.json());
  return w.finish();
}

bool counts(const cache_part& inputs, const param_info& p) {
  return std::find(inputs.without.begin(), inputs.without.end(), p.name) == inputs.without.end();
}

}  // namespace

caching::caching(const definition& d, const frame_ops& ops, const void* frame, run_context& run)
    : d_(d), ops_(ops), frame_(frame), run_(run), records_(*run.flow->records) {
  if (records_.inherited()) return;  // in a forked child: the store is its parent's
  auto parts = make_parts();
  if (!parts) return;
  parts_ = std::move(*parts);
  // Sorted, so that a + b and b + a are one key.
  std::vector<core::digest> hashes;
  for (const auto& p : parts_) hashes.push_back(p.hash);
  std::sort(hashes.begin(), hashes.end());
  core::hasher whole;
  for (const auto& h : hashes) whole.update(core::view_of(h));
  key_ = whole.finish();
}

caching::~caching() { leave(); }

void caching::leave() {
  // Not in a forked child, which inherits the place and none of those who wait.
  if (std::exchange(leads_, false) && !records_.inherited()) records_.cache().leave(*key_);
}

bool caching::has_secrets() const {
  return std::any_of(d_.params.begin(), d_.params.end(), [](const param_info& p) { return p.is_secret; });
}

void caching::not_cached(std::string_view why) {
  if (d_.not_said_yet(definition::warning::not_cached))
    say(run_, log::level::warning, fmt::format("not cached: {}", why));
}

std::optional<std::vector<caching::made_part>> caching::make_parts() {
  std::vector<made_part> parts;
  try {
    context_scope in(run_);  // a key function may ask this_run, and log
    for (const auto& p : d_.set.cache.parts()) {
      auto made = make_part(p, parts.size());
      if (!made) return std::nullopt;
      parts.push_back(std::move(*made));
    }
  } catch (...) {
    not_cached("making the key threw " + in_short(describe(std::current_exception(), 1)));
    return std::nullopt;
  }
  return parts;
}

std::optional<caching::made_part> caching::make_part(const cache_part& p, std::size_t number) {
  const auto& flow = *run_.flow;
  switch (p.what) {
    case part::task:
      return made_part{"task",
                       hash_of_value("task",
                                     [&](json_writer& w) {
                                       w.string(d_.name);
                                       w.string(text_of(d_.set.version));
                                     }),
                       {}};
    case part::inputs:
      return made_part{"inputs",
                       hash_of_value("inputs",
                                     [&](json_writer& w) {
                                       for (std::size_t i = 0; i < d_.params.size(); ++i) {
                                         if (!counts(p, d_.params[i])) continue;
                                         w.string(d_.params[i].name);
                                         ops_.write_argument(frame_, i, w);
                                       }
                                     }),
                       {}};
    case part::flow_parameters:
      if (!flow.defined)
        return not_cached("it depends on flow_parameters, and was called outside a flow"), std::nullopt;
      if (!flow.parameters)
        return not_cached(
                   "it depends on flow_parameters, and those of this flow are too large, secret or without codec; make "
                   "the policy before the flow starts, or name what matters with cache::by"),
               std::nullopt;
      return made_part{
          "flow_parameters",
          hash_of_value("flow_parameters", [&](json_writer& w) { w.string(core::to_hex(*flow.parameters)); }),
          {}};
    case part::run_id:
      if (!flow.defined) return not_cached("it depends on run_id, and was called outside a flow"), std::nullopt;
      return made_part{"run_id", hash_of_value("run_id", [&](json_writer& w) { w.string(to_string(flow.id)); }),
                       fmt::format("\"{}\"", flow.id)};
    case part::text:
      return made_part{"key", hash_of_value("key", [&](json_writer& w) { w.string(p.text); }),
                       shown_value([&](json_writer& w) { w.string(p.text); })};
    case part::function: {
      std::vector<const void*> arguments(d_.params.size());
      ops_.arguments(frame_, arguments.data());
      std::vector<char> text;
      json_writer w(text);
      if (!p.function.call(p.function.target.get(), arguments.data(), w)) return std::nullopt;
      const std::string_view made(text.data(), text.size());
      // With its number, because functions may give equal values: their order counts. Not shown where an argument is secret.
      return made_part{"function",
                       hash_of_value("function",
                                     [&](json_writer& key) {
                                       key.unsigned_integer(number);
                                       key.raw(made);
                                     }),
                       made.size() <= longest_shown && !has_secrets() ? std::string(made) : std::string()};
    }
  }
  return std::nullopt;
}

std::string caching::shown_inputs(const cache_part& inputs) const {
  std::string out = "{";
  for (std::size_t i = 0; i < d_.params.size(); ++i) {
    const auto& p = d_.params[i];
    if (!counts(inputs, p)) continue;
    const auto write = [&](json_writer& w) { ops_.write_argument(frame_, i, w); };
    auto shown = p.is_secret ? std::string() : shown_value(write);
    if (shown.empty()) shown = shown_hash(hash_of_value("inputs", write));
    out += fmt::format("{}\"{}\":{}", out.size() > 1 ? "," : "", p.name, shown);
  }
  return out + "}";
}

std::string caching::parts_text() const {
  std::vector<char> out;
  json_writer w(out);
  w.begin_object();
  std::size_t same = 0;  // parts of one kind that came before: they are numbered
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const auto& p = parts_[i];
    same = i > 0 && parts_[i - 1].name == p.name ? same + 1 : 0;
    const auto numbered = same == 0 ? p.name : fmt::format("{}{}", p.name, same + 1);
    const auto& wanted = d_.set.cache.parts()[i];
    if (wanted.what == part::task) {
      w.field("task", d_.name);
      w.field("version", text_of(d_.set.version));
      continue;
    }
    w.key(numbered);
    w.raw(wanted.what == part::inputs ? shown_inputs(wanted) : p.shown.empty() ? shown_hash(p.hash) : p.shown);
  }
  w.end_object();
  return {out.begin(), out.end()};
}

std::optional<std::string> caching::look() {
  const auto now = run_.engine->clock().now().micros();
  const auto fresh = [&](std::int64_t expires) {
    status_ = expires == 0 || expires > now ? cache_status::hit : cache_status::expired;
    return status_ == cache_status::hit;
  };
  if (auto entry = records_.cache().find(*key_, records_.committed())) {
    if (fresh(entry->expires)) return std::move(entry->result);
  } else if (auto stored = records_.port()->find_cache_entry(core::view_of(*key_))) {
    if (fresh(stored->expires)) return std::move(stored->result);
  } else {
    status_ = cache_status::no_entry;
  }
  return std::nullopt;
}

std::optional<std::string> caching::find() try {
  if (!key_) return std::nullopt;
  if (d_.set.refresh_cache.value_or(run_.engine->refreshes_cache())) {
    settle(cache_status::refreshed);
    return std::nullopt;
  }
  auto found = look();
  // Whether this thread leads now or another one did until now: what was true a moment ago may not be, so look again.
  while (!found && d_.set.cache_single && !leads_) {
    leads_ = records_.cache().lead(*key_, run_.engine->executor());
    found = look();
  }
  settle(status_);
  return found;
} catch (...) {
  unusable(in_short(describe(std::current_exception(), 1)));
  return std::nullopt;
}

void caching::found_unreadable() try { settle(cache_status::unreadable); } catch (...) {
  unusable(in_short(describe(std::current_exception(), 1)));
}

// The call goes on as if there were no cache.
void caching::unusable(std::string_view why) {
  unusable_ = true;
  use_.clear();
  not_cached(why);
}

void caching::settle(cache_status how) {
  use_.assign(1, static_cast<char>(how));
  use_ += core::view_of(*key_);
  // Before the body runs, which may take its arguments away.
  if (how != cache_status::hit) shown_ = parts_text();
}

void caching::add_entry(state_extras& with) {
  if (!key_ || unusable_) return;
  const auto now = run_.engine->clock().now().micros();
  constexpr auto for_ever = std::numeric_limits<std::int64_t>::max();
  const auto lasts = d_.set.cache_expiration ? d_.set.cache_expiration->count() : for_ever;
  expires_ = lasts >= for_ever - now ? 0 : now + lasts;
  with.cache_key = core::view_of(*key_);
  with.cache_parts = shown_;
  with.cache_task = d_.id;
  with.cache_expires = expires_;
}

void caching::publish(const std::string& result, std::uint64_t end) {
  if (!key_ || unusable_ || result.empty()) return;
  records_.cache().add(*key_, {expires_, result}, end, records_.committed());
}

}  // namespace weir::inline v0::detail
