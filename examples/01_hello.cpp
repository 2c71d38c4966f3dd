// A flow, a task and a subflow: what is recorded, and where its lines go.

#include <weir/weir.hpp>

const auto greet = weir::task(
    "greet",
    [](const std::string& name) {
      weir::log::info("hello {}", name);
      return "hello " + name;
    },
    weir::arg("name"));

// A flow called inside a flow is a run of its own, and a row in its parent.
const auto greet_all = weir::flow(
    "greet-all",
    [](const std::vector<std::string>& names) {
      std::size_t letters = 0;
      for (const auto& name : names) letters += greet(name).size();
      return letters;
    },
    weir::arg("names"));

const auto hello = weir::flow(
    "hello",
    [](std::string first, std::string second) {
      const auto letters = greet_all({first, second});
      weir::log::info("{} letters", letters);
      return letters;
    },
    weir::arg("first") = "Marvin", weir::arg("second") = "Trillian");

int main() {
  hello();          // recorded in ./weir.db unless WEIR_STORE or WEIR_HOME says otherwise
  hello("Arthur");  // a parameter with a default may be left out
}
