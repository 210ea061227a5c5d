#include "binding/profiler.h"

#include <map>
#include <string>
#include <vector>

#include "binding/error_guard.h"
#include "core/runtime/profiler.h"

namespace libtorch_node::binding {

namespace {

/// A profile that its environment left behind would bar all others.
void StopForgotten(void*) { core::StopProfile(); }

Napi::Value Start(const Napi::CallbackInfo& info) {
  const Napi::Object options = info[0].As<Napi::Object>();
  core::StartProfile({.shapes = options.Get("shapes").ToBoolean(),
                      .memory = options.Get("memory").ToBoolean(),
                      .cuda = options.Get("cuda").ToBoolean()});
  napi_add_env_cleanup_hook(info.Env(), StopForgotten, nullptr);
  return info.Env().Undefined();
}

/// Numbers for texts that come again and again.
class Texts {
 public:
  explicit Texts(Napi::Env env) : list_(Napi::Array::New(env)) {}
  double Of(const std::string& text) {
    const auto [entry, is_new] = numbers_.emplace(text, list_.Length());
    if (is_new) list_.Set(list_.Length(), text);
    return entry->second;
  }
  Napi::Array list() const { return list_; }

 private:
  Napi::Array list_;
  std::map<std::string, uint32_t> numbers_;
};

// Of one event, in this order: src/native/rooms/profiler.ts.
constexpr std::size_t kColumns = 7;

Napi::Value Stop(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  napi_remove_env_cleanup_hook(env, StopForgotten, nullptr);
  const core::Profile profile = core::StopProfile();
  Texts texts(env);
  const auto micros = [&profile](int64_t at) {
    return static_cast<double>(at - profile.start_ns) / 1000;
  };
  Napi::Array threads = Napi::Array::New(env, profile.threads.size());
  for (uint32_t i = 0; i < profile.threads.size(); ++i) {
    const core::ProfiledThread& thread = profile.threads[i];
    Napi::Float64Array rows = Napi::Float64Array::New(env, thread.events.size() * kColumns);
    double* row = rows.Data();
    for (const core::ProfileEvent& event : thread.events) {
      const Napi::HandleScope scope(env);
      *row++ = texts.Of(event.name);
      *row++ = static_cast<double>(event.kind);
      *row++ = micros(event.start_ns);
      *row++ = static_cast<double>(event.end_ns - event.start_ns) / 1000;
      *row++ = static_cast<double>(event.sequence);
      *row++ = static_cast<double>(event.bytes);
      *row++ = event.shapes.empty() ? -1 : texts.Of(event.shapes);
    }
    Napi::Object item = Napi::Object::New(env);
    item.Set("id", static_cast<double>(thread.id));
    item.Set("name", thread.name);
    item.Set("isCaller", thread.is_caller);
    item.Set("rows", rows);
    threads.Set(i, item);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("duration", micros(profile.end_ns));
  // Of the clock that process.hrtime shows.
  result.Set("start", static_cast<double>(profile.start_ns) / 1000);
  result.Set("dropped", static_cast<double>(profile.dropped));
  result.Set("texts", texts.list());
  result.Set("threads", threads);
  return result;
}

}  // namespace

void InitProfiler(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<Start>(room, "start");
  Define<Stop>(room, "stop");
  exports.Set("profiler", room);
}

}  // namespace libtorch_node::binding
