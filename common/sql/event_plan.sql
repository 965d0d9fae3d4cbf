-- The tables grow while pushes are applied: each statement is planned for what they are now.
set local plan_cache_mode = force_custom_plan
