package minio

import "net/url"

// Without keys a server has none to give, and keeps none.
var noKeys = &refusal{keepsNoKeys, "Server side encryption specified but KMS is not configured"}

func (f *fakeAdmin) createKey(query url.Values, _ []byte) ([]byte, *refusal) {
	name := query.Get("key-id")
	if f.keys == nil {
		return nil, noKeys
	}
	if _, exists := f.keys[name]; exists {
		return nil, &refusal{"InternalError", "We encountered an internal error, please try again. (key with given key ID already exits)"}
	}
	f.keys[name] = keyStatus{}
	return nil, nil
}

func (f *fakeAdmin) keyStatus(query url.Values, _ []byte) ([]byte, *refusal) {
	if f.keys == nil {
		return nil, noKeys
	}
	status, exists := f.keys[query.Get("key-id")]
	if !exists {
		status.Encryption = "key with given key ID does not exist"
	}
	return plain(status)
}

// deleteKey is what only older servers do.
func (f *fakeAdmin) deleteKey(query url.Values, _ []byte) ([]byte, *refusal) {
	if !f.removesKeys {
		return nil, &refusal{"BadRequest", "An error occurred when parsing the HTTP request DELETE at '/minio/kms/v1/key/delete'"}
	}
	delete(f.keys, query.Get("key-id"))
	return nil, nil
}
