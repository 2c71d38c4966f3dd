// What every store does with artifacts.

#include "contract/store_contract.hpp"

using namespace weir_test;

namespace {

/// The content of each artifact that a filter lets through, in order.
std::string contents(const weir::store_port& port, const weir::artifact_filter& f = {}) {
  std::string out;
  for (const auto& a : port.artifacts(f)) out += (out.empty() ? "" : " ") + a.content.substr(1);
  return out;
}

constexpr auto at = [](std::int64_t micros) { return weir::timestamp::from_micros(micros); };

}  // namespace

TEMPLATE_TEST_CASE("an artifact is kept with the run that made it", "[contract][artifacts]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  f.flow_run({}).task_run({}).flow_run({.run = 2, .ambient = true});
  f.artifact({.n = 1,
              .type = "image",
              .description = "a plot",
              .media_type = "image/png",
              .content = "j\x89PNG",
              .created = 7});
  f.artifact({.key = "", .number = 2}).artifact({.key = "", .number = 3, .run = 2, .n = 4});
  store.port->apply(f.take(), kept);
  store.reopen();
  const auto all = store.port->artifacts({});
  REQUIRE(all.size() == 3);

  const auto& image = all[2].shown;
  CHECK(image.id == artifact_id(1));
  CHECK(image.key == "report");
  CHECK(image.type == "image");
  CHECK(image.description == "a plot");
  CHECK(image.media_type == "image/png");
  CHECK(all[2].content == "j\x89PNG");
  CHECK(image.size == 4);
  CHECK(image.version == 1);
  CHECK((image.created_at == at(7) && image.updated_at == at(7)));
  CHECK(image.flow_run == id_of(1));
  CHECK(image.task_run == id_of(1, 1));

  CHECK((all[1].shown.flow_run == id_of(1) && !all[1].shown.task_run));
  CHECK(all[1].shown.key.empty());
  // What holds what was made outside any flow is no run that anybody could look up.
  CHECK((!all[0].shown.flow_run && all[0].shown.task_run == id_of(2, 4)));
}

TEMPLATE_TEST_CASE("each artifact of a key is its next version, and the newest is the latest", "[contract][artifacts]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  f.flow_run({}).flow_run({.run = 2});
  f.artifact({.number = 1, .content = "ja1"}).artifact({.key = "other", .number = 2, .content = "jb1"});
  store.port->apply(f.artifact({.number = 3, .content = "ja2"}).take(), kept);
  store.reopen();
  // An older clock makes no older version: what comes later is newer.
  f.flow_run({}).flow_run({.run = 2});
  f.artifact({.number = 4, .run = 2, .content = "ja3", .created = 1});
  store.port->apply(f.artifact({.key = "", .number = 5, .content = "jnone"}).take(), kept);
  const auto& p = *store.port;

  CHECK(contents(p) == "none a3 a2 b1 a1");
  CHECK(contents(p, {.key = "report"}) == "a3 a2 a1");
  CHECK(contents(p, {.latest_only = true}) == "a3 b1");
  CHECK(contents(p, {.flow_run = id_of(1), .latest_only = true}) == "b1");
  std::string versions;
  for (const auto& a : p.artifacts({.key = "report"})) versions += std::to_string(a.shown.version);
  CHECK(versions == "321");
  CHECK(p.artifacts({.key = ""}).at(0).shown.version == 1);
}

TEMPLATE_TEST_CASE("what is newer of an artifact replaces its content and makes no version", "[contract][artifacts]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  const auto told = [&](const std::string& content, std::int64_t updated) {
    return f.artifact({.type = "progress", .content = content, .created = 10, .updated = updated}).take();
  };
  store.port->apply(f.flow_run({}).take(), kept);
  const auto first = told("j0", 10), half = told("j50", 20), done = told("j100", 30);
  SECTION("one after the other") {
    store.port->apply(first, kept);
    store.port->apply(half, kept);
    store.port->apply(done, kept);
  }
  SECTION("in one batch, out of order") { store.port->apply(first + done + half, kept); }
  SECTION("with the first one last") { store.port->apply(done + first, kept); }
  SECTION("said again, by another connection") {
    store.port->apply(first + half + done, kept);
    store.reopen();
    store.port->apply(f.flow_run({}).take() + half + first, kept);
  }
  const auto all = store.port->artifacts({});
  REQUIRE(all.size() == 1);
  CHECK(all[0].content == "j100");
  CHECK(all[0].shown.version == 1);
  CHECK((all[0].shown.created_at == at(10) && all[0].shown.updated_at == at(30)));
  CHECK(contents(*store.port, {.latest_only = true}) == "100");
}

TEMPLATE_TEST_CASE("a version that is said again stays behind those that came since", "[contract][artifacts]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  const auto first = f.flow_run({}).artifact({.number = 1, .content = "ja1"}).take();
  store.port->apply(first + f.artifact({.number = 2, .content = "ja2"}).take(), kept);
  store.port->apply(first, kept);
  store.port->apply(f.artifact({.number = 1, .content = "jchanged", .updated = created_at(9)}).take(), kept);
  CHECK(contents(*store.port) == "a2 changed");
  CHECK(contents(*store.port, {.latest_only = true}) == "a2");
}

TEMPLATE_TEST_CASE("artifacts are found by each of their fields, and counted", "[contract][artifacts]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  f.flow_run({}).task_run({}).flow_run({.run = 2}).flow_run({.run = 3, .ambient = true});
  f.artifact({.number = 1, .content = "j1", .created = 10})
      .artifact({.number = 2, .n = 1, .content = "j2", .created = 20});
  f.artifact({.key = "t", .number = 3, .run = 2, .type = "table", .content = "j3", .created = 30});
  f.artifact({.key = "", .number = 4, .run = 3, .n = 1, .content = "j4", .created = 40});
  store.port->apply(f.take(), kept);
  const auto found = [&](const weir::artifact_filter& filter) {
    CHECK(store.port->count_artifacts(filter) == store.port->artifacts(filter).size());
    return contents(*store.port, filter);
  };
  CHECK(found({.id = artifact_id(3)}) == "3");
  CHECK(found({.id = artifact_id(9)}).empty());
  CHECK(found({.key = "t"}) == "3");
  CHECK(found({.key = "T"}).empty());
  CHECK(found({.key = ""}) == "4");
  CHECK(found({.type = "table"}) == "3");
  CHECK(found({.type = "nonsense"}).empty());
  CHECK(found({.flow_run = id_of(1)}) == "2 1");
  CHECK(found({.flow_run = id_of(3)}).empty());
  CHECK(found({.task_run = id_of(1, 1)}) == "2");
  CHECK(found({.task_run = id_of(3, 1)}) == "4");
  CHECK(found({.task_run = id_of(1)}).empty());
  CHECK(found({.created_after = at(20), .created_before = at(30)}) == "3 2");
  CHECK(found({.type = "markdown", .created_before = at(20)}) == "2 1");
  CHECK(store.port->artifacts({.id = artifact_id(3), .with_data = false}).at(0).content.empty());
  CHECK(store.port->artifacts({.id = artifact_id(3), .with_data = false}).at(0).shown.size == 1);
}

TEMPLATE_TEST_CASE("pages of artifacts hold each one once, while more are made", "[contract][artifacts]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  f.flow_run({});
  std::uint64_t last = 0;
  const auto make = [&](int n) {
    for (; n > 0; --n)
      f.artifact({.key = last % 2 ? "odd" : "even", .number = ++last, .content = "j" + std::to_string(last)});
    store.port->apply(f.take(), kept);
  };
  make(11);
  const auto before = contents(*store.port), odd = contents(*store.port, {.key = "odd"});
  for (const std::size_t limit : {1u, 2u, 5u, 11u}) {
    for (const bool only_odd : {false, true}) {
      weir::artifact_filter filter{.limit = limit};
      if (only_odd) filter.key = "odd";
      filter.created_before = at(created_at(1));
      std::string seen;
      do {
        const auto page = store.port->artifacts(filter);
        CHECK(page.size() <= limit);
        for (const auto& a : page) seen += (seen.empty() ? "" : " ") + a.content.substr(1);
        filter.cursor = page.next_cursor;
      } while (!filter.cursor.empty());
      CHECK_THAT(seen, Catch::Matchers::EndsWith(only_odd ? odd : before));
    }
    make(1);
  }
  for (const std::string bad : {"x", "1:2", "-1", " 1"})
    CHECK_THROWS_AS(store.port->artifacts({.cursor = bad}), weir::usage_error);
}

TEMPLATE_TEST_CASE("keys, texts and contents of artifacts come back byte for byte", "[contract][artifacts]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  f.flow_run({});
  const std::vector<std::string> texts{"a",        std::string("\0x\0", 3),
                                       "\xff\x80", "it's \"quoted\" % _ ?",
                                       "\n",       "1",
                                       " ",        std::string(1'000'000, 'x') + "end"};
  for (std::size_t i = 0; i < texts.size(); ++i)
    for (const std::string type : {"", "image/x"})
      f.artifact({.key = texts[i],
                  .number = 2 * i + type.size() / 7,
                  .type = "t" + texts[i],
                  .description = texts[i],
                  .media_type = type,
                  .content = "j" + texts[i]});
  f.artifact({.key = "large", .number = 100, .content = "f0123"})
      .artifact({.key = "empty", .number = 101, .content = "j"});
  store.port->apply(f.take(), kept);
  store.reopen();
  for (const auto& t : texts) {
    CAPTURE(visible(t.substr(0, 50)));
    const auto found = store.port->artifacts({.key = t});
    REQUIRE(found.size() == 2);
    for (const auto& a : found) CHECK((a.content == "j" + t && a.shown.description == t && a.shown.type == "t" + t));
  }
  CHECK(store.port->artifacts({.key = "large"}).at(0).content == "f0123");
  CHECK(store.port->artifacts({.key = "empty"}).at(0).content == "j");
}

TEMPLATE_TEST_CASE("an artifact of a flow run that was never created is lost, and counted", "[contract][artifacts]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  store.port->apply(f.artifact({.run = 7}).take(), kept);
  CHECK(store.port->lost_facts() == 1);
  CHECK(store.port->artifacts({}).empty());
}
