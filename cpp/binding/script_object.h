#pragma once

#include <ATen/core/ivalue.h>

#include "binding/environment.h"
#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// The public handle of a script or custom class object.
napi_value NewScriptObject(Environment& environment,
                           c10::intrusive_ptr<c10::ivalue::Object> object);

/// Null when the value is no such handle.
c10::intrusive_ptr<c10::ivalue::Object> FindScriptObject(Environment& environment,
                                                         napi_value value);

void InitScriptObject(Napi::Env env, Napi::Object exports);

}  // namespace libtorch_node::binding
