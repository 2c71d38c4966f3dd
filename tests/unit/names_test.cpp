#include "core/tag_set.hpp"
#include "support/catch2.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <set>
#include <thread>

using namespace weir::core;
using weir::intern;
using weir::name_id;
using weir::text_of;

namespace {

/// Runs `work(i)` in eight threads that begin together.
template <class F>
void in_threads(F work) {
  constexpr int threads = 8;
  std::latch ready(threads);
  std::vector<std::jthread> all;
  for (int i = 0; i < threads; ++i)
    all.emplace_back([&, i] {
      ready.arrive_and_wait();
      work(i);
    });
}

}  // namespace

TEST_CASE("a name has one number, and a number its name", "[core][names]") {
  const auto a = intern("names_test a"), b = intern("names_test b");
  CHECK(a != b);
  CHECK(intern("names_test a") == a);
  CHECK(text_of(a) == "names_test a");
  CHECK(intern("") == 0);
  CHECK(text_of(0).empty());
  CHECK(text_of(0xffffffff).empty());  // nobody's
  const std::string with_nul("n\0x", 3);
  CHECK(intern(with_nul) != intern("n"));
  CHECK(text_of(intern(with_nul)) == with_nul);
}

TEST_CASE("the text of a name stays where it is while others come", "[core][names]") {
  const auto text = text_of(intern("names_test stays"));
  for (int i = 0; i < 5000; ++i) intern("names_test other " + std::to_string(i));
  CHECK(text.data() == text_of(intern("names_test stays")).data());
  CHECK(text == "names_test stays");
}

TEST_CASE("threads that meet new names at once give each one number", "[core][names][threads]") {
  constexpr int names = 50'000;
  std::vector<std::vector<name_id>> seen(8, std::vector<name_id>(names));
  std::atomic<int> wrong{0};
  in_threads([&](int thread) {
    for (int i = 0; i < names; ++i) {
      const auto which = thread == 0 ? names - 1 - i : i;  // the others meet each new name together
      const auto name = "names_test shared " + std::to_string(which);
      const auto id = seen[static_cast<std::size_t>(thread)][static_cast<std::size_t>(which)] = intern(name);
      if (text_of(id) != name) ++wrong;
    }
  });
  CHECK(wrong == 0);
  for (const auto& other : seen) CHECK((other == seen[0]));
  CHECK(std::set<name_id>(seen[0].begin(), seen[0].end()).size() == names);
}

TEST_CASE("a set of tags is sorted, without doubles, and the same whatever the order", "[core][tags]") {
  CHECK(make_tag_set({}) == 0);
  CHECK(tags_of(0).empty());
  const auto set = make_tag_set({"b", "a", "b", "\"q\"",
                                 "Gr\xc3\xbc\xc3\x9f"
                                 "e"});
  CHECK(tags_of(set) == std::vector<std::string>{"\"q\"",
                                                 "Gr\xc3\xbc\xc3\x9f"
                                                 "e",
                                                 "a", "b"});
  CHECK(make_tag_set({"a", "\"q\"",
                      "Gr\xc3\xbc\xc3\x9f"
                      "e",
                      "b"}) == set);
  CHECK(make_tag_set({"a"}) != set);
}

TEST_CASE("sets of tags merge into their union", "[core][tags]") {
  const auto ab = make_tag_set({"a", "b"}), bc = make_tag_set({"b", "c"}), c = make_tag_set({"c"});
  const auto abc = make_tag_set({"a", "b", "c"});
  CHECK(merge_tag_sets(ab, bc) == abc);
  CHECK(merge_tag_sets(bc, ab) == abc);
  CHECK(merge_tag_sets(ab, c) == abc);
  CHECK(merge_tag_sets(ab, ab) == ab);
  CHECK(merge_tag_sets(abc, c) == abc);
  CHECK(merge_tag_sets(0, ab) == ab);
  CHECK(merge_tag_sets(ab, 0) == ab);
  CHECK(merge_tag_sets(0, 0) == 0);
}

TEST_CASE("threads that merge the same sets get the same one", "[core][tags][threads]") {
  std::vector<name_id> one_each, merged(8);
  for (int i = 0; i < 100; ++i) one_each.push_back(make_tag_set({"tag " + std::to_string(i)}));
  in_threads([&](int thread) {
    auto order = one_each;
    std::rotate(order.begin(), order.begin() + thread * 11, order.end());
    name_id all = 0;
    for (const auto set : order) all = merge_tag_sets(all, set);
    merged[static_cast<std::size_t>(thread)] = all;
  });
  for (const auto set : merged) CHECK(set == merged[0]);
  CHECK(tags_of(merged[0]).size() == 100);
}

TEST_CASE("a tag that people could not read is refused, and says why", "[core][tags]") {
  CHECK(tag_problem("io").empty());
  CHECK(tag_problem(std::string(200, 'x')).empty());
  CHECK(tag_problem("") == "has an empty tag");
  CHECK(tag_problem(std::string(201, 'x')) == "has a tag of more than 200 bytes");
  for (const char c : {'\0', '\n', '\x1b', '\x7f'})
    CHECK(tag_problem(std::string("a") + c) == "has a tag with a control character");
}
