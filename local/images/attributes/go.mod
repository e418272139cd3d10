module edge-registry/local/attributes

go 1.26
