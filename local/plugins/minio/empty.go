package minio

import (
	"context"
	"fmt"

	"github.com/minio/minio-go/v7"
)

// empty removes every version of every object, and unfinished uploads. Listing goes on while the first thousands
// are removed, and stops at the first error of either.
func empty(ctx context.Context, store *minio.Client, name string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var listing error
	objects := make(chan minio.ObjectInfo)
	go func() {
		defer close(objects)
		for object := range store.ListObjects(ctx, name, minio.ListObjectsOptions{Recursive: true, WithVersions: true}) {
			if object.Err != nil {
				listing = object.Err
				return
			}
			select {
			case objects <- object:
			case <-ctx.Done():
				return
			}
		}
	}()
	var removing error
	for failed := range store.RemoveObjects(ctx, name, objects, minio.RemoveObjectsOptions{}) {
		if removing == nil {
			removing = fmt.Errorf("could not delete objects: %s: %w", failed.ObjectName, failed.Err)
		}
	}
	if removing != nil {
		return removing
	}
	if listing != nil {
		return listing
	}
	for upload := range store.ListIncompleteUploads(ctx, name, "", true) {
		if upload.Err != nil {
			return upload.Err
		}
		if err := store.RemoveIncompleteUpload(ctx, name, upload.Key); err != nil {
			return err
		}
	}
	return nil
}
