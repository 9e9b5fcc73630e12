"""A package, so that what is started once for all tests here ends with them (scope `package`)."""
