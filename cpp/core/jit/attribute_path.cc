#include "core/jit/attribute_path.h"

#include <algorithm>

namespace libtorch_node::core {

std::optional<std::vector<std::string>> AttributePath(const torch::jit::Value* value,
                                                      const torch::jit::Value* self) {
  std::vector<std::string> path;
  for (; value != self; value = value->node()->input()) {
    if (value->node()->kind() != c10::prim::GetAttr) return std::nullopt;
    path.push_back(value->node()->s(c10::attr::name));
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::string QualifiedName(const std::vector<std::string>& path) {
  std::string name;
  for (const std::string& part : path) name += (name.empty() ? "" : ".") + part;
  return name;
}

}  // namespace libtorch_node::core
