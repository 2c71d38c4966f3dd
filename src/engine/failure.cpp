#include "engine/failure.hpp"

#include <weir/codec.hpp>

#include <fmt/format.h>

#include <cxxabi.h>

#include <cstdlib>
#include <stdexcept>
#include <typeinfo>

namespace weir::inline v0::detail {
namespace {

std::string demangled(const std::type_info* type) {
  if (!type) return "unknown";
  int status = 0;
  char* text = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
  std::string out(status == 0 ? text : type->name());
  std::free(text);
  // The compiler's private spelling of std::string helps nobody.
  constexpr std::string_view long_string =
      "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >";
  for (auto at = out.find(long_string); at != std::string::npos; at = out.find(long_string))
    out.replace(at, long_string.size(), "std::string");
  return out;
}

// What is said of an exception that says nothing.
std::string nameless(const std::string& type) { return "an exception of type " + type; }

const char* what_of(const std::exception& e) noexcept {
  const char* text = e.what();
  return text ? text : "";
}

// `begin` is longer than `longest`, and the beginning of a text of `whole` bytes.
std::string shortened(std::string_view begin, std::size_t longest, std::size_t whole) {
  std::size_t end = longest;
  for (int i = 0; i < 3 && end > 0 && (static_cast<unsigned char>(begin[end]) & 0xc0) == 0x80; ++i)
    --end;  // not inside a character
  return fmt::format("{}... ({} more bytes)", begin.substr(0, end), whole - end);
}

void collect_causes(const std::exception& e, std::vector<std::string>& out) {
  constexpr std::size_t most = 32;  // chosen; no data
  try {
    std::rethrow_if_nested(e);
  } catch (const std::exception& cause) {
    out.push_back(cut(what_of(cause), longest_message));
    if (out.size() < most) collect_causes(cause, out);
  } catch (...) {
    out.push_back("an exception of type " + demangled(abi::__cxa_current_exception_type()));
  }
}

}  // namespace

std::string cut(std::string_view text, std::size_t longest) {
  return text.size() <= longest ? std::string(text) : shortened(text, longest, text.size());
}

failure describe(const std::exception_ptr& error, int attempt) {
  failure f;
  f.attempt = attempt;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    // A nested exception is thrown as a type made by the library around the user's; name the user's.
    f.type = demangled(&typeid(e));
    if (constexpr std::string_view around = "std::_Nested_exception<"; f.type.starts_with(around))
      f.type = f.type.substr(around.size(), f.type.size() - around.size() - 1);
    f.message = cut(what_of(e), longest_message);
    if (const auto* ours = dynamic_cast<const weir::error*>(&e)) f.code = ours->code();
    collect_causes(e, f.causes);
  } catch (const std::string& text) {
    f.type = "std::string";
    f.message = cut(text, longest_message);
  } catch (const char* text) {
    f.type = "const char*";
    f.message = cut(text ? text : "", longest_message);
  } catch (...) {
    f.type = demangled(abi::__cxa_current_exception_type());
    f.message = nameless(f.type);
  }
  return f;
}

std::string in_short(const failure& f, std::size_t longest) {
  if (f.message.empty() || f.message == nameless(f.type)) return cut(f.type, longest);
  const auto begin = fmt::format("{}: {}", f.type, std::string_view(f.message).substr(0, longest + 1));
  const auto whole = f.type.size() + 2 + f.message.size();
  return whole <= longest ? begin : shortened(begin, longest, whole);
}

std::string to_json_text(const failure& f) {
  std::vector<char> bytes;
  json_writer w(bytes);
  w.begin_object();
  w.field("code", f.code);
  w.field("type", f.type);
  w.field("message", f.message);
  w.field("causes", f.causes);
  w.field("attempt", f.attempt);
  w.end_object();
  return {bytes.begin(), bytes.end()};
}

}  // namespace weir::inline v0::detail
