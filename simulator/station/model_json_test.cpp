// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/model_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using nlohmann::json;
using tenfold::scenario::InputError;
using namespace tenfold::station;  // NOLINT: a test of this module
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

/// The format's own example, with a second station and feedback.
json good() {
    return json::parse(R"({ "format": "tenfold.station/1",
  "classes":  [ { "name": "job", "arrivals": { "dist": "exp", "mean": 0.0133 }, "priority": 0 },
                { "name": "clerk", "population": 3 } ],
  "stations": [ { "name": "cpu", "servers": 1, "capacity": null, "discipline": "fcfs",
                  "service": { "job": { "dist": "exp", "mean": 0.005 } } },
                { "name": "desk", "servers": "infinite", "discipline": "fcfs",
                  "service": { "job": { "dist": "det", "mean": 0.1 },
                               "clerk": { "dist": "uniform", "min": 1, "max": 2 } } } ],
  "routing":  { "job": { "source": { "cpu": 1.0 }, "cpu": { "sink": 0.75, "desk": 0.25 },
                         "desk": { "cpu": 1 } },
                "clerk": { "desk": { "desk": 1 } } },
  "stop":     { "customers": 4000000 }, "seed": 7 })");
}

std::vector<std::string> problemsOf(const json& j) {
    try {
        modelFromJson(j, "m.json");
    } catch (const InputError& e) {
        return e.messages();
    }
    return {};
}

struct Bad {
    const char* name;
    std::function<void(json&)> spoil;
    const char* where;  // the message begins with this
    const char* why;    // and holds this
};

class BadModel : public ::testing::TestWithParam<Bad> {};

}  // namespace

TEST(ModelJson, ReadsEverythingThatIsThere) {
    const Model m = modelFromJson(good(), "m.json");
    ASSERT_EQ(m.classes.size(), 2u);
    EXPECT_FALSE(m.classes[0].isClosed());
    EXPECT_DOUBLE_EQ(m.classes[0].arrivals->mean(), 0.0133);
    EXPECT_TRUE(m.classes[1].isClosed());
    EXPECT_EQ(m.classes[1].population, 3u);
    ASSERT_EQ(m.stations.size(), 2u);
    EXPECT_EQ(m.stations[0].servers, 1);
    EXPECT_FALSE(m.stations[0].capacity.has_value());
    EXPECT_TRUE(m.stations[1].isInfinite());
    EXPECT_DOUBLE_EQ(m.stations[1].service[1]->mean(), 1.5);
    EXPECT_FALSE(m.stations[0].service[1].has_value());
    EXPECT_EQ(m.firstStation(1), 1u);
    EXPECT_EQ(m.customers, 4'000'000u);
    EXPECT_EQ(m.seed, 7u);
}

TEST(ModelJson, TellsAllProblemsAtOnce) {
    json j = good();
    j["stations"][0]["servers"] = 0;
    j["stations"][1]["service"]["job"]["dist"] = "gauss";
    j["routing"]["job"]["cpu"]["sink"] = 0.5;
    j["stop"]["customers"] = -4;
    j["classes"][0]["arrivals"]["mean"] = -1;
    j["routing"]["job"]["source"]["cpu"] = 0.9;
    EXPECT_THAT(problemsOf(j),
                ElementsAre(HasSubstr("m.json: $.classes[0].arrivals.mean: found -1"),
                            HasSubstr("$.stations[0].servers: found 0"),
                            HasSubstr("$.stations[1].service.job.dist: found \"gauss\""),
                            HasSubstr("$.routing.job.source: probabilities sum to 0.9, not to 1"),
                            HasSubstr("$.routing.job.cpu: probabilities sum to 0.75, not to 1"),
                            HasSubstr("$.stop.customers: found -4")));
}

TEST_P(BadModel, IsRefusedWithPathAndReason) {
    json j = good();
    GetParam().spoil(j);
    const auto problems = problemsOf(j);
    ASSERT_FALSE(problems.empty());
    EXPECT_THAT(problems, ::testing::Contains(::testing::AllOf(
                              ::testing::StartsWith(std::string("m.json: ") + GetParam().where),
                              HasSubstr(GetParam().why))));
}

INSTANTIATE_TEST_SUITE_P(
    ModelJson, BadModel,
    ::testing::Values(
        Bad{"no_format", [](json& j) { j.erase("format"); }, "$.format", "tenfold.station/1"},
        Bad{"other_format", [](json& j) { j["format"] = "tenfold.station/2"; }, "$.format",
            "found"},
        Bad{"unknown_key", [](json& j) { j["statoins"] = 1; }, "$.statoins", "unknown key"},
        Bad{"unknown_station_key", [](json& j) { j["stations"][0]["server"] = 1; },
            "$.stations[0].server", "unknown key"},
        Bad{"unknown_distribution_key", [](json& j) { j["classes"][0]["arrivals"]["scv"] = 1; },
            "$.classes[0].arrivals.scv", "unknown key"},
        Bad{"not_an_object", [](json& j) { j = 5; }, "$", "an object"},
        Bad{"no_classes", [](json& j) { j["classes"] = json::array(); }, "$.classes",
            "at least one"},
        Bad{"same_name", [](json& j) { j["stations"][1]["name"] = "cpu"; }, "$.stations[1].name",
            "already"},
        Bad{"called_sink", [](json& j) { j["stations"][1]["name"] = "sink"; }, "$.stations[1].name",
            "another name"},
        Bad{"open_and_closed", [](json& j) { j["classes"][0]["population"] = 2; }, "$.classes[0]",
            "either"},
        Bad{"neither", [](json& j) { j["classes"][0].erase("arrivals"); }, "$.classes[0]",
            "either"},
        Bad{"closed_with_source",
            [](json& j) {
                j["routing"]["clerk"]["source"] = {{"desk", 1}};
            },
            "$.routing.clerk.source", "closed"},
        Bad{"closed_that_leaves",
            [](json& j) {
                j["routing"]["clerk"]["desk"] = {{"sink", 1}};
            },
            "$.routing.clerk.desk.sink", "open class"},
        Bad{"negative_mean", [](json& j) { j["classes"][0]["arrivals"]["mean"] = -1; },
            "$.classes[0].arrivals.mean", "above 0"},
        Bad{"text_for_number", [](json& j) { j["classes"][0]["arrivals"]["mean"] = "1"; },
            "$.classes[0].arrivals.mean", "found \"1\""},
        Bad{"arrivals_at_once",
            [](json& j) {
                j["classes"][0]["arrivals"] = {{"dist", "det"}, {"mean", 0}};
            },
            "$.classes[0].arrivals.mean", "above 0"},
        Bad{"pareto_without_mean",
            [](json& j) {
                j["classes"][0]["arrivals"] = {{"dist", "pareto"}, {"mean", 1}, {"shape", 1}};
            },
            "$.classes[0].arrivals.shape", "above 1"},
        Bad{"mixture_that_does_not_sum",
            [](json& j) {
                j["classes"][0]["arrivals"] = {
                    {"dist", "hyperexp"}, {"p", {0.5, 0.4}}, {"means", {1, 2}}};
            },
            "$.classes[0].arrivals.p", "sum to 0.9"},
        Bad{"mixture_of_unequal_length",
            [](json& j) {
                j["classes"][0]["arrivals"] = {{"dist", "hyperexp"}, {"p", {1}}, {"means", {1, 2}}};
            },
            "$.classes[0].arrivals", "1 probabilities for 2 means"},
        Bad{"uniform_reversed",
            [](json& j) {
                j["classes"][0]["arrivals"] = {{"dist", "uniform"}, {"min", 3}, {"max", 2}};
            },
            "$.classes[0].arrivals", "above max"},
        Bad{"half_an_erlang",
            [](json& j) {
                j["classes"][0]["arrivals"] = {{"dist", "erlang"}, {"k", 1.5}, {"mean", 2}};
            },
            "$.classes[0].arrivals.k", "whole number"},
        Bad{"priority_below_zero", [](json& j) { j["classes"][0]["priority"] = -1; },
            "$.classes[0].priority", "whole number"},
        Bad{"unknown_discipline", [](json& j) { j["stations"][0]["discipline"] = "lifo"; },
            "$.stations[0].discipline", "fcfs, ps, sliced, priority"},
        Bad{"sliced_without_slice", [](json& j) { j["stations"][0]["discipline"] = "sliced"; },
            "$.stations[0].slice_ms", "above 0"},
        Bad{"slice_without_sliced", [](json& j) { j["stations"][0]["slice_ms"] = 2; },
            "$.stations[0].slice_ms", "sliced"},
        Bad{"capacity_of_nothing", [](json& j) { j["stations"][0]["capacity"] = 0; },
            "$.stations[0].capacity", "whole number"},
        Bad{"service_of_nobody",
            [](json& j) {
                j["stations"][0]["service"]["ghost"] = {{"dist", "det"}, {"mean", 1}};
            },
            "$.stations[0].service.ghost", "no such class"},
        Bad{"no_service", [](json& j) { j["stations"][1]["service"].erase("job"); },
            "$.stations[1].service.job", "comes there"},
        Bad{"routing_to_nowhere",
            [](json& j) {
                j["routing"]["job"]["source"] = {{"gpu", 1}};
            },
            "$.routing.job.source.gpu", "no such station"},
        Bad{"routing_of_nobody",
            [](json& j) {
                j["routing"]["ghost"] = {{"cpu", 1}};
            },
            "$.routing.ghost", "no such class"},
        Bad{"no_routing", [](json& j) { j["routing"].erase("clerk"); }, "$.routing.clerk",
            "an object"},
        Bad{"nowhere_to_go", [](json& j) { j["routing"]["job"].erase("desk"); },
            "$.routing.job.desk", "found nothing"},
        Bad{"never_leaves",
            [](json& j) {
                j["routing"]["job"]["cpu"] = {{"desk", 1}};
            },
            "$.routing.job.cpu", "never leaves"},
        Bad{"too_likely", [](json& j) { j["routing"]["job"]["source"]["cpu"] = 1.5; },
            "$.routing.job.source", "sum to 1.5"},
        Bad{"unreachable_for_all",
            [](json& j) {
                j["stations"].push_back({{"name", "attic"},
                                         {"servers", 1},
                                         {"service", {{"job", {{"dist", "det"}, {"mean", 1}}}}}});
            },
            "$.stations[2]", "unreachable"},
        Bad{"unreachable_for_one",
            [](json& j) {
                j["routing"]["clerk"]["cpu"] = {{"desk", 1}};
            },
            "$.routing.clerk", ""},
        Bad{"too_busy", [](json& j) { j["stations"][0]["service"]["job"]["mean"] = 0.01; },
            "$.stations[0]", "utilisation would be 1.003"},
        Bad{"closed_may_be_lost", [](json& j) { j["stations"][1]["capacity"] = 10; },
            "$.stations[1].capacity", "could be lost"},
        Bad{"no_time_passes",
            [](json& j) {
                j["stations"][1]["service"]["clerk"] = {{"dist", "det"}, {"mean", 0}};
            },
            "$.classes[1]", "without any time"},
        Bad{"no_stop", [](json& j) { j.erase("stop"); }, "$.stop", "an object"},
        Bad{"seed_below_zero", [](json& j) { j["seed"] = -1; }, "$.seed", "whole number"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ModelJson, LoadAtOrAboveOneNeedsACapacity) {
    json j = good();
    j["stations"][0]["service"]["job"]["mean"] = 0.02;
    EXPECT_EQ(problemsOf(j).size(), 1u);
    j["stations"][0]["capacity"] = 12;
    EXPECT_TRUE(problemsOf(j).empty());
}

TEST(ModelJson, AFileThatIsNotThereOrNotJsonIsAnInputError) {
    EXPECT_THROW(loadModel("/nonexistent/model.json"), InputError);
    EXPECT_THROW(loadModel("/"), InputError);
}
