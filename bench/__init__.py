"""How quick the platform is, seen from outside, each figure beside what its servers need for the bare steps alone."""
