// Linear layer: x [rows, INPUTS], weights [INPUTS, OUTPUTS] → y [rows, OUTPUTS], with layer norm
// before and bias, GELU or residual after: bindings, columns and arithmetic are linear.wgsl's.
//
// For graphics processors, and matrices too large for their caches: a workgroup of SIDE · SIDE
// invocations takes a block of TILE_ROWS SIDE rows and 4 TILE_COLUMNS SIDE columns, and goes along k
// by 4 STEP inputs at a time, which it first brings to shared memory. There each value of x serves
// all columns of the block and each weight all its rows. `// repeat` is explained in linear.wgsl.
//
// Constants, from crates/kernels/src/gpu/linear.rs:
//   INPUTS, OUTPUTS, NORM, EPILOGUE, TILE_ROWS, TILE_COLUMNS  as in linear.wgsl
//   SIDE   invocations along each side of a block
//   STEP   vectors of four inputs in shared memory at once
//   LANES  SIDE · SIDE, at most 256
// Launch: ⌈rows / TILE_ROWS SIDE⌉ · ⌈OUTPUTS / 4 TILE_COLUMNS SIDE⌉ workgroups in one flat grid.
// Shared memory: 16 STEP SIDE (TILE_ROWS + 4 TILE_COLUMNS) bytes ≤ 16 KiB.

// A block, in rows and in vectors of columns
const BLOCK_ROWS: u32 = TILE_ROWS * SIDE;
const BLOCK_COLUMNS: u32 = TILE_COLUMNS * SIDE;
const COLUMN_BLOCKS: u32 = (Y_ROW + BLOCK_COLUMNS - 1u) / BLOCK_COLUMNS;

// Of the block's rows, STEP vectors each, [STEP, BLOCK_ROWS]; and 4 STEP rows of its weights.
var<workgroup> inputs: array<vec4<f32>, STEP * BLOCK_ROWS>;
var<workgroup> tile: array<vec4<f32>, 4u * STEP * BLOCK_COLUMNS>;

@compute @workgroup_size(LANES, 1, 1)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let block = flat_workgroup(workgroup, workgroups);
    let first_row = (block / COLUMN_BLOCKS) * BLOCK_ROWS;
    let first_column = (block % COLUMN_BLOCKS) * BLOCK_COLUMNS;
    if first_row >= sizes.rows {
        return;
    }
    // Neighbours own neighbouring vectors of columns, SIDE apart from their next.
    let local_row = (lane / SIDE) * TILE_ROWS;
    let local_column = lane % SIDE;

    // repeat RR < TILE_ROWS
    var total_RR = 0.0;
    var squares_RR = 0.0;
    var pivot_RR = 0.0;
    if NORM == 1u {
        let row = sizes.first_row + min(first_row + local_row + RRu, sizes.rows - 1u);
        pivot_RR = pivot(row * X_ROW);
    }
    // repeat CC < TILE_COLUMNS
    var sum_RR_CC = vec4<f32>(0.0);
    // end
    // end

    for (var start = 0u; start < X_ROW; start += STEP) {
        // Rows and columns past the last repeat it, and write nothing; past the last input, x is 0.
        for (var i = lane; i < STEP * BLOCK_ROWS; i += LANES) {
            let row = sizes.first_row + min(first_row + i / STEP, sizes.rows - 1u);
            let k = start + i % STEP;
            let value = x[row * X_ROW + min(k, X_ROW - 1u)];
            inputs[(i % STEP) * BLOCK_ROWS + i / STEP] = select(vec4<f32>(0.0), value, k < X_ROW);
        }
        for (var i = lane; i < 4u * STEP * BLOCK_COLUMNS; i += LANES) {
            let k = min(4u * start + i / BLOCK_COLUMNS, INPUTS - 1u);
            tile[i] = weight(k, min(first_column + i % BLOCK_COLUMNS, Y_ROW - 1u));
        }
        workgroupBarrier();

        for (var k = 0u; k < STEP; k++) {
            // repeat RR < TILE_ROWS
            var x_RR = inputs[k * BLOCK_ROWS + local_row + RRu];
            // end
            if NORM == 1u {
                let gain = gamma[min(start + k, X_ROW - 1u)];
                // repeat RR < TILE_ROWS
                x_RR = select(vec4<f32>(0.0), x_RR - pivot_RR, start + k < X_ROW);
                total_RR += dot(x_RR, vec4<f32>(1.0));
                squares_RR += dot(x_RR, x_RR);
                x_RR *= gain;
                // end
            }
            // repeat CC < TILE_COLUMNS
            let at_CC = 4u * k * BLOCK_COLUMNS + local_column + CCu * SIDE;
            let weights_CC = mat4x4<f32>(
                tile[at_CC],
                tile[at_CC + BLOCK_COLUMNS],
                tile[at_CC + 2u * BLOCK_COLUMNS],
                tile[at_CC + 3u * BLOCK_COLUMNS],
            );
            // repeat RR < TILE_ROWS
            sum_RR_CC += weights_CC * x_RR;
            // end
            // end
        }
        workgroupBarrier();
    }

    // repeat RR < TILE_ROWS
    let mean_RR = total_RR / f32(INPUTS);
    let scale_RR = norm_scale(mean_RR, squares_RR);
    let row_RR = first_row + local_row + RRu;
    if row_RR < sizes.rows {
        // repeat CC < TILE_COLUMNS
        let column_RR_CC = first_column + local_column + CCu * SIDE;
        if column_RR_CC < Y_ROW {
            let at = row_RR * Y_ROW;
            y[at + column_RR_CC] = finished(sum_RR_CC, mean_RR, scale_RR, at, column_RR_CC);
        }
        // end
    }
    // end
}
