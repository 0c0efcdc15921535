# The same names as tasks.py, for hands that are used to make.
.PHONY: run test setup assets check e2e bench fuzz kill soak pack
run test setup assets check e2e bench fuzz kill soak pack:
	python3 tasks.py $@
