#include "core/module/engine.h"

#include <algorithm>

#include "core/error.h"

namespace libtorch_node::core {

const Method& Engine::FindMethod(const std::string& name) const {
  const auto& all = methods();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&name](const Method& method) { return method.name == name; });
  if (found != all.end()) return *found;
  std::string message = "the module has no method '" + name + "'; it has ";
  if (all.empty()) message += "none";
  for (std::size_t i = 0; i < all.size(); ++i) message += (i == 0 ? "" : ", ") + all[i].name;
  throw Error("ERR_NO_METHOD", message);
}

}  // namespace libtorch_node::core
