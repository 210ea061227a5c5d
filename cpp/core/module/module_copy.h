#pragma once

#include <ATen/core/ivalue.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/api/module.h>

#include <optional>
#include <vector>

namespace libtorch_node::core {

/// A module with attributes of its own, lists and dicts included, over the same parameters. Other
/// tensors are shared too, unless `own_state`: a method that writes into buffers needs buffers of
/// its own.
torch::jit::Module CopyAttributes(const torch::jit::Module& module, bool own_state);

/// The same for any object, over the tensors given.
c10::intrusive_ptr<c10::ivalue::Object> CopyAttributes(
    const c10::intrusive_ptr<c10::ivalue::Object>& object, const std::vector<at::Tensor>& shared,
    bool own_state);

/// Moves parameters and buffers, and what else shares their storage (an LSTM's list of flat
/// weights): attributes get new tensors, so that a tensor handed out before stays as it was. Only
/// floating point and complex ones change dtype.
void MoveTensors(torch::jit::Module& module, std::optional<c10::Device> device,
                 std::optional<c10::ScalarType> dtype, bool non_blocking);

/// A module with tensors of its own, whose parameters learn where the module's do.
torch::jit::Module DeepCopy(const torch::jit::Module& module);

}  // namespace libtorch_node::core
