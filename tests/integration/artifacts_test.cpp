// What runs leave for people to look at.

#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/mounts.hpp"
#include "support/runtime.hpp"
#include "support/sqlite.hpp"

#include <nlohmann/json.hpp>

#include <sys/stat.h>

#include <fstream>
#include <initializer_list>
#include <map>
#include <thread>

using namespace weir_test;

namespace {

struct sale {
  std::string region;
  double total = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(sale, region, total)

const std::string png("\x89PNG\r\n\x1a\nand the rest", 20);

template <class F>
std::string usage_error_of(F&& f) {
  try {
    f();
  } catch (const weir::usage_error& e) {
    return e.what();
  }
  return "no usage_error";
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Runs `body` in a flow.
template <class F>
weir::uuid in_flow(weir::runtime& rt, F&& body) {
  return weir::flow("f", std::forward<F>(body)).on(rt).run().id();
}

/// Rows that are made as they are read: once, and not from a const object.
struct squares {
  int last;
  struct iterator {
    int n;
    std::pair<int, int> operator*() const { return {n, n * n}; }
    iterator& operator++() { return ++n, *this; }
    bool operator!=(const iterator& end) const { return n != end.n; }
  };
  iterator begin() { return {1}; }
  iterator end() { return {last + 1}; }
};

/// The data of the table that `rows` makes.
template <class... Rows>
std::string table_of(const Rows&... rows) {
  virtual_runtime t;
  in_flow(t.runtime, [&] { weir::create_table("t", rows...); });
  return t.store().artifact("t").value().data;
}

std::size_t files_in(const std::string& folder) {
  std::error_code none;
  std::size_t n = 0;
  for (std::filesystem::directory_iterator i(folder, none), end; i != end; ++i) ++n;
  return n;
}

}  // namespace

TEST_CASE("a report is linked to the run and the task that made it, and read back", "[artifacts]") {
  virtual_runtime t;
  weir::uuid id;
  const auto task = weir::task("report", [&] { id = weir::create_markdown("sales", "# Sales\n", "of today"); });
  const auto flow_run = in_flow(t.runtime, [&] { task(); });
  const auto a = t.store().artifact("sales").value();
  CHECK(a.id == id);
  CHECK(a.key == "sales");
  CHECK(a.type == "markdown");
  CHECK(a.description == "of today");
  CHECK(a.data == "# Sales\n");
  CHECK(a.size == 8);
  CHECK(a.version == 1);
  CHECK(a.created_at == t.clock->now());
  CHECK(a.updated_at == a.created_at);
  CHECK(a.flow_run == flow_run);
  CHECK(a.task_run == t.only("report").id);
  CHECK(text_of(t.store().artifact_bytes(id)) == "# Sales\n");
  CHECK(t.store().find_artifact(id)->key == "sales");
}

TEST_CASE("artifacts of flows, subflows and bound threads belong to those", "[artifacts]") {
  virtual_runtime t;
  weir::uuid inner_id, task_id;
  const auto inner = weir::flow("inner", [&] {
    inner_id = weir::this_run::id();
    weir::create_markdown("from-inner", "x");
  });
  const auto task = weir::task("task", [&] {
    task_id = weir::this_run::id();
    std::thread(weir::bind_context([] { weir::create_markdown("from-thread", "x"); })).join();
  });
  const auto outer = in_flow(t.runtime, [&] {
    weir::create_markdown("from-outer", "x");
    inner();
    task();
  });
  const auto of = [&](const char* key) { return t.store().artifact(key).value(); };
  CHECK((of("from-outer").flow_run == outer && !of("from-outer").task_run));
  CHECK((of("from-inner").flow_run == inner_id && !of("from-inner").task_run));
  CHECK((of("from-thread").flow_run == outer && of("from-thread").task_run == task_id));
  CHECK(t.store().count_artifacts({.flow_run = outer}) == 2);
}

TEST_CASE("an artifact outside any flow belongs to none, one of a task there to the task", "[artifacts]") {
  virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  weir::create_markdown("summary", "of all runs");
  const auto task = weir::task("task", [] { weir::create_markdown("from-task", "x"); });
  task();
  const auto summary = t.store().artifact("summary").value();
  CHECK((!summary.flow_run && !summary.task_run));
  const auto from_task = t.store().artifact("from-task").value();
  CHECK((!from_task.flow_run && from_task.task_run == t.only("task").id));
}

TEST_CASE("the same key makes versions, also from another process, and the newest is the latest", "[artifacts]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const auto run_once = [&](const std::string& text) {
    weir::runtime rt({.store = path, .console = false});
    in_flow(rt, [&] {
      weir::create_markdown("report", text + "a");
      weir::create_markdown("report", text + "b");
      weir::create_markdown("", text);
    });
  };
  run_once("1");
  CHECK(wait_for(start_child([&] { run_once("2"); })) == 0);
  const weir::store store(path);
  CHECK(store.artifact("report")->data == "2b");
  CHECK(store.artifact("report")->version == 4);
  CHECK_FALSE(store.artifact("other"));
  CHECK_FALSE(store.artifact(""));
  std::string all;
  for (const auto& a : store.artifacts()) all += a.data + " ";
  CHECK(all == "2 2b 2a 1 1b 1a ");
  CHECK(store.artifacts({.latest_only = true}).size() == 1);
  CHECK(store.artifacts({.key = ""}).size() == 2);
  CHECK_THROWS_AS(store.artifacts({.limit = 0}), weir::usage_error);
}

TEST_CASE("a flow that is retried makes another version", "[artifacts]") {
  virtual_runtime t;
  const auto task = weir::task("task", {.retries = 1}, [fails = std::make_shared<int>(1)] {
    weir::create_markdown("report", "attempt " + std::to_string(weir::this_run::attempt()));
    if ((*fails)-- > 0) throw std::runtime_error("once");
  });
  in_flow(t.runtime, [&] { task(); });
  CHECK(t.store().artifact("report")->data == "attempt 2");
  CHECK(t.store().artifact("report")->version == 2);
}

TEST_CASE("rows of any kind make a table", "[artifacts]") {
  CHECK(table_of(std::vector<sale>{{"north", 1.5}, {"south", 2}}) ==
        R"([{"region":"north","total":1.5},{"region":"south","total":2.0}])");
  CHECK(table_of(std::vector<std::tuple<std::string, int>>{{"a", 1}}) == R"([["a",1]])");
  CHECK(table_of(std::vector<std::map<std::string, int>>{{{"x", 1}}, {{"y", 2}}}) == R"([{"x":1},{"y":2}])");
  CHECK(table_of(std::map<std::string, std::vector<int>>{{"x", {1, 2}}, {"y", {3, 4}}}) == R"({"x":[1,2],"y":[3,4]})");
  CHECK(table_of(std::vector<std::vector<double>>{{1, 2}, {}}) == "[[1,2],[]]");
  CHECK(table_of(nlohmann::json{{{"x", 1}}}) == R"([{"x":1}])");
  CHECK(table_of(std::vector<sale>()) == "[]");
  const sale array[] = {{"north", 1}};
  CHECK(table_of(array) == R"([{"region":"north","total":1.0}])");
  CHECK(table_of(std::span<const sale>(array)) == R"([{"region":"north","total":1.0}])");

  virtual_runtime t;
  in_flow(t.runtime, [] {
    weir::create_table("list", {std::tuple{"January", 76'518}, {"February", 64'572}});
    weir::create_table("view", squares{2});
  });
  CHECK(t.store().artifact("list")->data == R"([["January",76518],["February",64572]])");
  CHECK(t.store().artifact("view")->data == R"([[1,1],[2,4]])");
}

TEST_CASE("a table is JSON that any program reads", "[artifacts]") {
  const auto data = table_of(std::map<std::string, std::vector<double>>{{"x", std::vector<double>(1000, 0.5)}});
  CHECK(nlohmann::json::parse(data)["x"].size() == 1000);
  const auto rows = table_of(std::vector<sale>{{"north", 1.5}});
  CHECK(nlohmann::json::parse(rows).get<std::vector<sale>>().at(0).total == 1.5);
  CHECK(table_of(std::vector<sale>{{"a\xff", 0}}) == "[{\"region\":\"a\xef\xbf\xbd\",\"total\":0.0}]");
}

namespace {
struct money {};
}  // namespace
template <>
struct weir::codec<money> {
  static void write(json_writer& w, const money&) { w.string("12 EUR"); }
};

TEST_CASE("a table must be one, and its rows too", "[artifacts]") {
  static_assert(!weir::detail::is_table<int>());
  static_assert(!weir::detail::is_table<std::string>());
  static_assert(!weir::detail::is_table<const char[5]>());
  static_assert(!weir::detail::is_table<std::vector<int>>());
  static_assert(!weir::detail::is_table<std::vector<std::string>>());
  static_assert(!weir::detail::is_table<std::vector<bool>>());
  static_assert(!weir::detail::is_table<std::map<std::string, int>>());
  static_assert(!weir::detail::is_table<std::map<int, std::vector<int>>>());
  static_assert(!weir::detail::is_table<std::vector<std::thread>>());
  virtual_runtime t;
  in_flow(t.runtime, [] {
    CHECK_THAT(usage_error_of([] { weir::create_table("price", nlohmann::json(5)); }),
               ContainsSubstring("create_table: \"price\" was written as 5, which is no table"));
  });
  CHECK(t.store().artifacts().empty());
}

TEST_CASE("a link is kept as markdown", "[artifacts]") {
  virtual_runtime t;
  in_flow(t.runtime, [] {
    weir::create_link("docs", "https://x.org/a b", "the docs", "read me");
    CHECK_THAT(usage_error_of([] { weir::create_link("docs", ""); }), ContainsSubstring("the URL is empty"));
    CHECK_THAT(usage_error_of([] { weir::create_link("docs", "a\nb"); }), ContainsSubstring("a control character"));
  });
  CHECK(t.store().artifact("docs")->data == "[the docs](https://x.org/a%20b)");
  CHECK(t.store().artifact("docs")->type == "link");
  CHECK(t.store().artifact("docs")->version == 1);
}

TEST_CASE("an image outlives its file", "[artifacts]") {
  const auto size =
      GENERATE(std::size_t{0}, std::size_t{16 * 1024 - 20}, std::size_t{16 * 1024 - 19}, std::size_t{1'000'000});
  temporary_folder folder;
  const auto path = folder / "weir.db", image = folder / "plot.dat", content = png + std::string(size, '\0');
  weir::uuid id, same;
  {
    weir::runtime rt({.store = path, .console = false});
    std::ofstream(image) << content;
    in_flow(rt, [&] {
      id = weir::create_image("plot", std::filesystem::path(image), "a plot");
      same = weir::create_image("plot", std::as_bytes(std::span(content)));
    });
    std::filesystem::remove(image);
  }
  const weir::store store(path);
  const auto a = store.find_artifact(id).value();
  CHECK(a.type == "image");
  CHECK(a.media_type == "image/png");
  CHECK(a.description == "a plot");
  CHECK(a.data.empty());
  CHECK(a.size == content.size());
  CHECK(text_of(store.artifact_bytes(id)) == content);
  CHECK(text_of(store.artifact_bytes(same)) == content);
  // A large one is a file of its own, which is the image.
  CHECK(files_in(path + "-values") == (content.size() > 16 * 1024 ? 1 : 0));
  if (content.size() > 16 * 1024)
    CHECK(std::filesystem::file_size(*std::filesystem::directory_iterator(path + "-values")) == content.size());
}

TEST_CASE("what is no image is refused, with what it is and the way out", "[artifacts]") {
  temporary_folder folder;
  std::ofstream(folder / "empty.png");
  std::ofstream(folder / "plot.bmp") << "BM\x01\x02";
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const auto refused = [&](const std::string& name) {
    return usage_error_of([&] { weir::create_image("plot", folder / name); });
  };
  const auto check = [&] {
    CHECK_THAT(refused("none.png"), ContainsSubstring("none.png does not exist; look at its path"));
    CHECK_THAT(refused(""), ContainsSubstring("is a directory; give a file in it"));
    CHECK_THAT(refused("empty.png"), ContainsSubstring("empty.png is empty; give a whole image"));
    CHECK_THAT(refused("plot.bmp"), ContainsSubstring("plot.bmp begins with 42 4d 01 02, so it is none of PNG, JPEG"));
    CHECK_THAT(refused("pipe"), ContainsSubstring("is a device or a pipe; read it yourself"));
    CHECK_THAT(usage_error_of([] { weir::create_image("plot", ""); }),
               ContainsSubstring("without a name does not exist"));
    // Bytes in a std::string are taken for a path.
    CHECK_THAT(
        usage_error_of([] { weir::create_image("plot", std::string("\x89PNG\r\n\x1a\n\0", 9)); }),
        ContainsSubstring("\\x89PNG\\x0d\\x0a\\x1a\\x0a\\x00 does not exist") && ContainsSubstring("std::as_bytes"));
    CHECK_THAT(usage_error_of([] { weir::create_image("plot", std::span<const std::byte>()); }),
               ContainsSubstring("the image is empty"));
  };
  SECTION("in a run") {
    virtual_runtime t;
    in_flow(t.runtime, check);
    CHECK(t.store().artifacts().empty());
  }
  SECTION("where nothing is recorded") {
    weir::runtime_scope scope(weir::runtime::null());
    check();
  }
}

TEST_CASE("a bad key is refused everywhere, with the nearest one", "[artifacts]") {
  const auto check = [] {
    const auto said = [](auto&& make) {
      CHECK_THAT(usage_error_of(make), ContainsSubstring("\"My Report\" cannot be a key") &&
                                           ContainsSubstring("the nearest one is \"my-report\""));
    };
    said([] { weir::create_markdown("My Report", "x"); });
    said([] { weir::create_table("My Report", std::vector<sale>()); });
    said([] { weir::create_link("My Report", "x"); });
    said([] { weir::create_image("My Report", "x"); });
    said([] { weir::create_image("My Report", std::as_bytes(std::span(png))); });
    said([] { weir::create_progress("My Report", 5); });
    CHECK_THAT(usage_error_of([] { weir::create_markdown("\xff", "x"); }),
               ContainsSubstring("leave it empty for none"));
    CHECK_THAT(usage_error_of([] { weir::create_markdown(std::string_view("a\n\x1b[1m\0\xff", 8), "x"); }),
               ContainsSubstring("\"a\\x0a\\x1b[1m\\x00\\xff\" cannot be a key"));
    CHECK(usage_error_of([] { weir::create_markdown(std::string(1'000'000, 'x'), "x"); }).size() < 1000);
  };
  SECTION("in a run") {
    virtual_runtime t;
    in_flow(t.runtime, check);
    CHECK(t.store().artifacts().empty());
  }
  SECTION("where nothing is recorded") {
    weir::runtime_scope scope(weir::runtime::null());
    check();
  }
}

TEST_CASE("where nothing is recorded an artifact is none", "[artifacts][null]") {
  weir::runtime_scope scope(weir::runtime::null());
  weir::flow("f", [] {
    CHECK(weir::create_markdown("k", "x") == weir::uuid());
    CHECK(weir::create_table("k", std::vector<sale>{{"a", 1}}) == weir::uuid());
    CHECK(weir::create_image("k", std::as_bytes(std::span(png))) == weir::uuid());
    const auto p = weir::create_progress("k", 5);
    ++p;
    CHECK((p.value() == 1 && p.id() == weir::uuid()));
  })();
}

TEST_CASE("a text of any bytes and any length comes back, a long one from a file", "[artifacts]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  const std::vector<std::string> texts{"", every_byte, std::string(16 * 1024, 'x'), std::string(16 * 1024 + 1, 'x'),
                                       std::string(1'000'000, 'y') + every_byte};
  weir::runtime rt({.store = path, .console = false});
  in_flow(rt, [&] {
    for (const auto& text : texts) weir::create_markdown("text", text, text);
  });
  const auto all = rt.store().artifacts();
  REQUIRE(all.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto& a = all[texts.size() - 1 - i];
    CHECK(a.data == texts[i]);
    CHECK(a.size == texts[i].size());
    CHECK(a.description == texts[i]);
    CHECK(text_of(rt.store().artifact_bytes(a.id)) == texts[i]);
  }
  CHECK(files_in(path + "-values") == 2);
  CHECK(raw_sqlite(path).only("SELECT max(length(data)) FROM artifact") == "16384");
  CHECK(rt.store().artifacts({.with_data = false, .limit = 1}).at(0).data.empty());
}

TEST_CASE("a file that is gone hides its artifact alone", "[artifacts]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  weir::runtime rt({.store = path, .console = false});
  weir::uuid id;
  in_flow(rt, [&] {
    weir::create_markdown("small", "small");
    id = weir::create_markdown("large", std::string(100'000, 'x'));
  });
  std::filesystem::remove_all(path + "-values");
  const auto all = rt.store().artifacts();
  REQUIRE(all.size() == 2);
  CHECK((all[0].data.empty() && all[0].size == 100'000));
  CHECK(all[1].data == "small");
  CHECK_THROWS_WITH(rt.store().artifact("large"), ContainsSubstring("the markdown \"large\" " + to_string(id)) &&
                                                      ContainsSubstring(path + "-values/"));
  CHECK_THROWS_AS(rt.store().artifact_bytes(id), weir::missing_result);
  try {
    rt.store().artifact_bytes(weir::uuid());
    FAIL("there is no such artifact");
  } catch (const weir::store_error& e) {
    CHECK(e.code() == weir::error_code::unknown_artifact);
  }
}

TEST_CASE("a report that does not fit the disk is said, and the run goes on", "[artifacts][fault]") {
  if (!may_mount()) WEIR_SKIP("only root may mount");
  small_disk disk("2m");
  weir::runtime rt({.store = disk / "weir.db", .console = false});
  bool went_on = false;
  const auto flow = weir::flow("f", [&] {
    CHECK(weir::create_markdown("report", std::string(4 << 20, 'x')) == weir::uuid());
    went_on = true;
  });
  try {
    flow.on(rt)();
    FAIL("not all of it was recorded");
  } catch (const weir::store_error& e) {
    CHECK(e.code() == weir::error_code::store_full);
  }
  CHECK(went_on);
  CHECK(rt.store().logs({.contains = "the markdown \"report\" is not recorded"}).size() == 1);
  CHECK(rt.store().artifacts().empty());
}

TEST_CASE("an artifact as JSON has its table as rows and its progress as a number", "[artifacts]") {
  virtual_runtime t;
  const auto run = in_flow(t.runtime, [] {
    weir::create_table("t", std::vector<sale>{{"a", 1}});
    weir::create_progress("p", 4).set(1);
    weir::create_markdown("", "a\xff");
  });
  const auto json = [&](const weir::artifact_filter& f) {
    const auto text = weir::to_json(t.store().artifacts(f).at(0));
    CHECK(text.find('\n') == std::string::npos);
    return nlohmann::json::parse(text);
  };
  const auto table = json({.type = "table"});
  CHECK(table["data"] == nlohmann::json::parse(R"([{"region":"a","total":1.0}])"));
  CHECK(table["flow_run"] == to_string(run));
  CHECK(table["task_run"] == nullptr);
  CHECK(table["version"] == 1);
  CHECK(table["created_at"] == "2026-01-01T00:00:00.000000Z");
  CHECK(json({.type = "progress"})["data"] == 25);
  CHECK(json({.key = ""})["data"] == "a\xef\xbf\xbd");
}

TEST_CASE("a forked child's artifacts belong to no run of its parent", "[artifacts][fork]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  weir::runtime rt({.store = path, .console = false});
  const auto run = in_flow(rt, [&] {
    weir::create_markdown("report", "parent");
    CHECK(rt.store().artifacts().size() == 1);  // versions are counted as they reach the store: this one is there
    CHECK(in_child([&] {
            weir::create_markdown("report", std::string(20'000, 'c'));
            weir::flow("to end a flow is to have it all in the file", [] {}).on(rt)();
            return 0;
          }) == 0);
  });
  CHECK(rt.store().artifact("report")->data == std::string(20'000, 'c'));
  CHECK_FALSE(rt.store().artifact("report")->flow_run);
  CHECK(rt.store().artifacts({.flow_run = run}).size() == 1);
}
