// Defaults given with weir::arg: values, lists, nothing, secrets; and calls that leave them out.

#include <weir/weir.hpp>

#include <filesystem>
#include <map>
#include <set>

const auto many = weir::task(
    "many",
    [](const std::string& s, std::vector<std::string> v, std::map<std::string, int> m, std::optional<int> o, double d,
       std::vector<double> e, std::filesystem::path p, std::set<int> n) {
      return s.size() + v.size() + m.size() + (o ? 1u : 0u) + static_cast<unsigned>(d) + e.size() + p.string().size() +
             n.size();
    },
    weir::arg("s") = "literal", weir::arg("v") = {"a", "b"}, weir::arg("m") = std::map<std::string, int>{{"a", 1}},
    weir::arg("o") = std::nullopt, weir::arg("d") = 1, weir::arg("e") = {}, weir::arg("p") = "/tmp",
    weir::arg("n") = {1, 2, 3});

const auto secret = weir::flow(
    "secret", [](const std::string& user, const std::string& token) { return user.size() + token.size(); },
    weir::arg("user"), weir::arg("token").secret() = "none");

// A default before a parameter without one is recorded, but cannot be left out.
const auto in_front = weir::task(
    "front", [](int a, int b) { return a + b; }, weir::arg("a") = 1, weir::arg("b"));

std::size_t calls() {
  const std::string lvalue = "x";
  return many() + many("q") + many("q", {"x"}) + many(lvalue, {}, {{"b", 2}}, 3) + secret("me") + secret("me", "x") +
         secret.run("me").result() + static_cast<unsigned>(in_front(1, 2));
}
