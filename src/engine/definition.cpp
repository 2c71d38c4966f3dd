#include "engine/definition.hpp"

#include "core/name_text.hpp"
#include "core/run_name.hpp"
#include "core/tag_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace weir::inline v0::detail {
namespace {

constexpr std::size_t longest_name = 200;

template <class Options>
definition_ptr make(kind k, const named_place& place, const Options& options, std::vector<param_info>&& params,
                    const body_info& body) {
  auto d = std::make_shared<definition>(k, std::string(place.name), place.file, place.line, std::move(params), body);
  d->apply(options);
  return d;
}

template <class Options>
definition_ptr changed(const definition& original, const Options& options) {
  auto d = std::make_shared<definition>(original);
  d->apply(options);
  return d;
}

void take_hooks(hook_list& to, const hook_list& from) {
  if (from.is_set()) to = from;
}

template <class T, class Field>
void take(T& to, const Field& from) {
  if (from) to = *from;
}

}  // namespace

definition::definition(kind k, std::string n, const char* file, int line, std::vector<param_info> given,
                       const body_info& b)
    : what(k), name(std::move(n)), id(intern(name)), body(b), params(std::move(given)), file_(file), line_(line) {
  if (!params.empty() || body.parameters.empty()) return;
  auto names = std::make_shared<std::vector<std::string>>();
  for (std::size_t i = 0; i < body.parameters.size(); ++i) names->push_back(fmt::format("arg{}", i));
  for (const auto& own : *names) params.push_back({own.c_str()});
  own_names_ = std::move(names);
}

definition::definition(const definition& other)
    : std::enable_shared_from_this<definition>(other), what(other.what), name(other.name), id(other.id),
      body(other.body), set(other.set), params(other.params), file_(other.file_), line_(other.line_),
      own_names_(other.own_names_), tag_problem_(other.tag_problem_) {}

template <class Options>
void definition::apply(const Options& o) {
  take(set.retries, o.retries);
  if (o.retry_delay.is_set()) set.retry_delay = o.retry_delay;
  take(set.retry_jitter, o.retry_jitter);
  if (o.retry_if.is_set()) set.retry_if = o.retry_if;
  if (o.log_prints) set.log_prints = o.log_prints;
  take(set.run_name, o.run_name);
  if (o.tags.is_set()) {
    tag_problem_.clear();
    for (const auto& tag : o.tags.list())
      if (tag_problem_.empty()) tag_problem_ = core::tag_problem(tag);
    set.tags = core::make_tag_set(o.tags.list());
  }
  if (o.version) set.version = intern(*o.version);
  take(set.description, o.description);
  if (o.durability) set.durability = o.durability;
  if (o.persist_result) set.persist_result = o.persist_result;
  take_hooks(set.on_running, o.on_running);
  take_hooks(set.on_completion, o.on_completion);
  take_hooks(set.on_failure, o.on_failure);
  take_hooks(set.on_crashed, o.on_crashed);
  if constexpr (std::is_same_v<Options, task_options>) {
    if (o.cache.is_set()) set.cache = o.cache;
    if (o.cache_expiration) set.cache_expiration = o.cache_expiration;
    if (o.refresh_cache) set.refresh_cache = o.refresh_cache;
    take(set.cache_single, o.cache_single);
  }
}

std::string definition::described() const {
  return fmt::format("{} \"{}\" ({}:{})", what == kind::task ? "task" : "flow", core::shown(name), file_, line_);
}

std::string definition::problem() const {
  if (name.empty()) return "has no name";
  if (name.size() > longest_name)
    return fmt::format("has a name of {} bytes; at most {} are allowed", name.size(), longest_name);
  if (const auto p = core::unprintable(name); !p.empty()) return fmt::format("has {} in its name", p);
  if (const auto at = name.find_first_of("/%&<>"); what == kind::flow && at != std::string::npos)
    return fmt::format("has '{}' in its name; names of flows must not contain / % & < or >", name[at]);
  std::vector<std::string_view> names;
  for (const auto& p : params) {
    if (std::find(names.begin(), names.end(), p.name) != names.end())
      return fmt::format("names two parameters \"{}\"", p.name);
    names.emplace_back(p.name);
  }
  if (set.retries < 0) return fmt::format("has retries = {}; give 0 or more", set.retries);
  if (!(set.retry_jitter >= 0) || std::isinf(set.retry_jitter))
    return fmt::format("has retry_jitter = {}; give 0 or more", set.retry_jitter);
  if (auto p = set.retry_delay.problem(); !p.empty()) return "has a bad retry_delay: " + p;
  if (set.retries > 0 && body.single_use != 0)
    return fmt::format(
        "has retries = {}, but parameter \"{}\" takes a move-only value, which cannot be given to a second attempt; take it by const "
        "reference, in a std::shared_ptr, or set retries to 0",
        set.retries, params[body.single_use - 1].name);
  if (const auto p = core::unprintable(set.run_name); !p.empty()) return fmt::format("has {} in its run_name", p);
  if (!set.run_name.empty())
    if (auto p = core::run_name_problem(set.run_name, names); !p.empty())
      return fmt::format("has run_name \"{}\", which {}", set.run_name, p);
  if (!tag_problem_.empty()) return tag_problem_;
  return result_problem();
}

std::string definition::result_problem() const {
  const bool caches = set.cache.is_set();
  if (caches && set.persist_result == false)
    return "has a cache policy and persist_result = false: a cached result is a kept one; leave one of them out";
  if (!caches && (set.cache_expiration || set.cache_single))
    return "has cache options, but no `cache`: say what a result is looked up by, such as weir::cache::inputs()";
  if (set.cache_expiration && *set.cache_expiration <= duration())
    return fmt::format("has a cache_expiration of {} s; give more than 0", seconds(*set.cache_expiration).count());
  if ((caches || set.persist_result == true) && !(body.result.written && body.result.read))
    return fmt::format(
        "keeps its result, whose type {} has no codec{}: specialise weir::codec for it, or write "
        "NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE, or do without {}",
        body.result.name, body.result.written ? " that reads" : "", caches ? "cache" : "persist_result");
  for (const auto& part : set.cache.parts())
    if (auto p = cache_problem(part); !p.empty()) return p;
  return {};
}

std::string definition::cache_problem(const cache_part& part) const {
  if (part.what == cache_part::kind::inputs) {
    for (const auto& left_out : part.without)
      if (std::none_of(params.begin(), params.end(), [&](const param_info& p) { return p.name == left_out; }))
        return fmt::format("has a cache policy without(\"{}\"), which is no parameter{}", left_out,
                           near_parameter(left_out));
    for (std::size_t i = 0; i < params.size(); ++i) {
      if (std::find(part.without.begin(), part.without.end(), params[i].name) != part.without.end()) continue;
      if (!body.parameters[i].written)
        return fmt::format(
            "caches by its inputs, but the type {} of parameter \"{}\" has no codec: specialise weir::codec for it, or "
            "leave it out with weir::cache::inputs().without(\"{}\")",
            body.parameters[i].name, params[i].name, params[i].name);
    }
  }
  if (part.what == cache_part::kind::function && !part.function.parameters.empty()) {
    std::vector<std::string_view> own;
    for (const auto& p : body.parameters) own.push_back(p.name);
    if (!std::equal(own.begin(), own.end(), part.function.parameters.begin(), part.function.parameters.end()))
      return fmt::format("has a cache::by function of ({}), but its own parameters are ({}); take the same types",
                         fmt::join(part.function.parameters, ", "), fmt::join(own, ", "));
  }
  return {};
}

std::string definition::near_parameter(std::string_view word) const {
  std::vector<std::string_view> names;
  for (const auto& p : params) names.emplace_back(p.name);
  const auto near = core::nearest(word, names);
  return near.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", near);
}

void definition::check_once() const {
  if (const auto p = problem(); !p.empty()) throw usage_error(described() + " " + p);
  checked_.store(true, std::memory_order_release);
}

std::string definition::schema() const {
  std::vector<json_schema> types;
  if (body.schemas) body.schemas(types);
  auto whole = json_schema::object();
  for (std::size_t i = 0; i < types.size() && i < params.size(); ++i)
    whole.property(params[i].name, types[i], !params[i].has_default);
  return whole.text();
}

definition_ptr define(const named_place& place, task_options&& o, std::vector<param_info>&& params,
                      const body_info& body) {
  return make(kind::task, place, o, std::move(params), body);
}
definition_ptr define(const named_place& place, flow_options&& o, std::vector<param_info>&& params,
                      const body_info& body) {
  return make(kind::flow, place, o, std::move(params), body);
}
definition_ptr redefine(const definition& d, const task_options& o) { return changed(d, o); }
definition_ptr redefine(const definition& d, const flow_options& o) { return changed(d, o); }
const std::string& name_of(const definition& d) noexcept { return d.name; }

}  // namespace weir::inline v0::detail
