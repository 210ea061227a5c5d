// roundTrip(): a promise that settles after an empty piece of work on one of libuv's threads.
#include <node_api.h>

namespace {

struct Trip {
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
};

napi_value RoundTrip(napi_env env, napi_callback_info) {
  auto* trip = new Trip;
  napi_value promise = nullptr;
  napi_value name = nullptr;
  napi_create_promise(env, &trip->deferred, &promise);
  napi_create_string_utf8(env, "roundTrip", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(
      env, nullptr, name, [](napi_env, void*) {},
      [](napi_env settling, napi_status, void* data) {
        auto* done = static_cast<Trip*>(data);
        napi_value undefined = nullptr;
        napi_get_undefined(settling, &undefined);
        napi_resolve_deferred(settling, done->deferred, undefined);
        napi_delete_async_work(settling, done->work);
        delete done;
      },
      trip, &trip->work);
  napi_queue_async_work(env, trip->work);
  return promise;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value function = nullptr;
  napi_create_function(env, "roundTrip", NAPI_AUTO_LENGTH, RoundTrip, nullptr, &function);
  napi_set_named_property(env, exports, "roundTrip", function);
  return exports;
}
