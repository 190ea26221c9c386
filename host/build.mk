# host/build.mk -- the element reference, from the heads of the elements' files.

build/gen/element_docs.c: $(ELEMENT_SRC) tools/gen-docs build/gen/sources
	@mkdir -p $(@D)
	$(Q)tools/gen-docs c $(ELEMENT_SRC) > $@

$(foreach f,$(FLAVOURS),$(eval \
    build/$(f)/bin/click: build/$(f)/gen/element_docs.o))

docs:
	@mkdir -p docs
	tools/gen-docs md $(ELEMENT_SRC) > docs/elements.md

.PHONY: docs
