exports.registerHandler = function registerHandler() {};
